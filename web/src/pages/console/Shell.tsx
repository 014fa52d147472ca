// The frame of the console: whose it is, the way to each page, the language.
import { useEffect, useRef, useState, type ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { Button } from "../../ui/Button.tsx";
import { LanguageChoice } from "../../ui/Page.tsx";
import { ClinicZone, useConsoleWords, type ConsoleWordId } from "../../words/console.tsx";
import { useDesk, type May } from "./desk.tsx";
import css from "./Shell.module.css";

interface Way {
  href: string;
  label: ConsoleWordId;
  may: May;
  /** Other addresses that belong to it. */
  also?: string[];
}

export const ways: readonly Way[] = [
  { href: "/console", label: "nav.tonight", may: "read", also: ["/console/sessions"] },
  { href: "/console/calendar", label: "nav.calendar", may: "read", also: ["/console/series"] },
  { href: "/console/people", label: "nav.people", may: "read" },
  { href: "/console/week", label: "nav.week", may: "read" },
  { href: "/console/exports", label: "nav.exports", may: "export" },
  { href: "/console/rules", label: "nav.rules", may: "read" },
  { href: "/console/audit", label: "nav.audit", may: "audit" },
  { href: "/console/settings", label: "nav.settings", may: "read" },
];

/** The way that an address belongs to. */
export function wayTo(path: string): Way | undefined {
  return ways.find(({ href, also = [] }) =>
    [href, ...also].some((start) => path === start || (start !== "/console" && path.startsWith(`${start}/`))));
}

export function Shell({ children }: { children: ReactNode }) {
  const { t } = useConsoleWords();
  const { who, may, signOut } = useDesk();
  const [path] = useLocation();
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  const here = wayTo(path);
  return (
    <div className={css["frame"]}>
      <a className={css["skip"]} href="#main" onClick={(e) => { e.preventDefault(); document.getElementById("main")?.focus(); }}>
        {t("nav.skip")}
      </a>
      <header className={css["header"]}>
        <p className={css["clinic"]}>{who.clinic}</p>
        <Link href="/console/signin" className={css["who"]} aria-label={t("own.link", { name: who.name })}>{who.name}</Link>
        <Button look="quiet" size="small" onClick={signOut}>{t("console.signout")}</Button>
        <LanguageChoice />
        <Button className={css["menu"]} size="small" aria-expanded={open} aria-controls="ways" onClick={() => setOpen(!open)}>{t("nav.menu")}</Button>
      </header>
      <nav id="ways" className={`${css["nav"]} ${open ? css["open"] : ""}`} aria-label={t("nav.name")}>
        <ul>
          {ways.filter((way) => may(way.may)).map((way) => (
            <li key={way.href}>
              <Link href={way.href} {...(way === here && { "aria-current": path === way.href ? "page" as const : "true" as const })}>{t(way.label)}</Link>
            </li>
          ))}
        </ul>
      </nav>
      <main id="main" tabIndex={-1} className={css["main"]}><ClinicZone value={who.zone}>{children}</ClinicZone></main>
    </div>
  );
}

interface HeadProps {
  title: string;
  /** Where it came from. */
  back?: { href: string; label: string };
  /** What can be done here. */
  children?: ReactNode;
  lead?: ReactNode;
}

/**
 * The heading of a page. It takes the focus, so that those who listen know
 * where they are. The tab says only which part of the console it is: it never
 * names a person or a group.
 */
export function Head({ title, back, lead, children }: HeadProps) {
  const { t } = useConsoleWords();
  const [path] = useLocation();
  const ref = useRef<HTMLHeadingElement>(null);
  const part = t(wayTo(path)?.label ?? "title.console");
  useEffect(() => {
    document.title = `${part} · Vesper`;
  }, [part]);
  useEffect(() => ref.current?.focus({ preventScroll: false }), [path]);
  return (
    <div className={css["head"]}>
      {back && <Link href={back.href} className={css["back"]}>{back.label}</Link>}
      <div className={css["headline"]}>
        <h1 ref={ref} tabIndex={-1} className={css["title"]}>{title}</h1>
        {children && <div className={css["actions"]}>{children}</div>}
      </div>
      {lead && <p className={css["lead"]}>{lead}</p>}
    </div>
  );
}

/** A part of a page, under its own heading. */
export function Part({ title, children, aside, unseen }: { title: string; children: ReactNode; aside?: ReactNode; unseen?: boolean }) {
  return (
    <section className={css["part"]}>
      <div className={css["headline"]}>
        <h2 className={unseen ? "unseen" : css["subtitle"]}>{title}</h2>
        {aside && <div className={css["actions"]}>{aside}</div>}
      </div>
      {children}
    </section>
  );
}

/** A link that looks like a button: it goes somewhere. */
export function Go({ href, children, look = "plain" }: { href: string; children: string; look?: "plain" | "lamp" }) {
  return <Link href={href} className={`${css["go"]} ${css[look]}`}>{children}</Link>;
}
