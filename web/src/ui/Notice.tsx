// One plain sentence that the person should know. Spoken once, politely.
import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon.tsx";
import css from "./Notice.module.css";

interface NoticeProps {
  children: ReactNode;
  icon?: IconName;
  look?: "lamp" | "leaf" | "clay" | "plain";
  action?: ReactNode;
  /** Not for what was there from the beginning. */
  quiet?: boolean;
}

export function Notice({ children, icon, look = "plain", action, quiet }: NoticeProps) {
  return (
    <div className={`${css["notice"]} ${css[look]}`} {...(!quiet && { role: "status" })}>
      {icon && <Icon name={icon} size={22} />}
      <p className={css["text"]}>{children}</p>
      {action}
    </div>
  );
}
