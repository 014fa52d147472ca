// How staff sign in, against the real server and with an authenticator that
// the browser plays: by link, by passkey, for one of two clinics, by an identity
// provider and by a launch.
import AxeBuilder from "@axe-core/playwright";
import { expect, test as base, type BrowserContext, type Page } from "@playwright/test";
import { FreshClinic } from "./clinic.ts";
import { Issuer } from "./issuer.ts";

const [harbor, valley] = ["Harbor Evening Program", "Valley Family Center"];

const test = base.extend<{ clinic: FreshClinic }>({
  clinic: async ({}, use, info) => {
    const clinic = await FreshClinic.open(harbor, "UTC", { host: "localhost", others: [valley] });
    await use(clinic);
    const { log } = clinic;
    await clinic.close();
    if (info.status !== info.expectedStatus) console.log(log);
  },
});

test.use({ locale: "en-US", timezoneId: "UTC" });

/** A device with a fingerprint reader; its person says yes. */
async function authenticator(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
}

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name, exact: true });

async function clean(page: Page, where: string): Promise<void> {
  await page.waitForTimeout(300);
  if (process.env["SHOTS"]) await page.screenshot({ path: `${process.env["SHOTS"]}/real-${where.replaceAll(" ", "-")}.png`, fullPage: true });
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]).analyze();
  expect.soft(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 200)).join(" | ")}`), where).toEqual([]);
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(heading(page, "Sign in")).toBeFocused();
  await expect(page.getByText("You are signed out.")).toBeVisible();
  expect(await page.evaluate(() => sessionStorage.getItem("vesper.token"))).toBeNull();
}

/** Asks the interface as whoever is signed in on the page. */
function ask<T>(page: Page, method: string, path: string, body?: object): Promise<T> {
  return page.evaluate(async ([how, where, what]) => {
    const { token } = JSON.parse(sessionStorage.getItem("vesper.token") ?? "{}") as { token: string };
    const answer = await fetch(`/api/v1${where}`, {
      method: how, headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" }, ...(what && { body: what }),
    });
    if (!answer.ok) throw new Error(`${how} ${where}: ${answer.status} ${await answer.text()}`);
    return (answer.status === 204 ? undefined : await answer.json()) as unknown;
  }, [method, path, body && JSON.stringify(body)] as const) as Promise<T>;
}

test("by link, then by passkey, then for one of two clinics", async ({ clinic, page }) => {
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  await authenticator(page);

  await test.step("a link signs in once and offers a passkey", async () => {
    await page.goto(`${clinic.consoles[0]}`);
    await expect(heading(page, "Come in without a link next time?")).toBeFocused();
    expect(page.url()).not.toContain("#");
    await clean(page, "passkey offer");
    await page.getByRole("textbox", { name: "Name of this device" }).fill("Front desk");
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await expect(heading(page, "The passkey is added")).toBeFocused();
    await page.getByRole("button", { name: "Go to the console" }).click();
    await expect(heading(page, "Tonight")).toBeFocused();
  });

  await test.step("signed out, the page asked for waits behind the sign-in", async () => {
    await page.getByRole("link", { name: "People", exact: true }).click();
    await expect(heading(page, "People")).toBeVisible();
    await signOut(page);
    await clean(page, "sign in");
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await expect(heading(page, "People")).toBeFocused();
    await expect(page.getByText("Morgan Lee").first()).toBeVisible();
    await page.reload();
    await expect(heading(page, "People")).toBeFocused();
  });

  await test.step("a used link says so", async () => {
    await signOut(page);
    await page.goto(`${clinic.consoles[0]}`);
    await expect(page.getByText("This link was used already. Ask for a new one.")).toBeVisible();
  });

  await test.step("the same passkey for another clinic", async () => {
    await page.goto(`${clinic.consoles[1]}`);
    await expect(heading(page, "Come in without a link next time?")).toBeFocused();
    await page.getByRole("button", { name: "Not now" }).click();
    await expect(heading(page, "Tonight")).toBeFocused();
    await expect(page.getByText(valley)).toBeVisible();
    await page.getByRole("link", { name: "Morgan Lee: your sign-in" }).click();
    await expect(heading(page, "Your sign-in")).toBeFocused();
    await page.getByRole("button", { name: "Use the passkey of my other clinic here" }).click();
    await expect(page.getByText("Your passkey now works here too.", { exact: false })).toBeVisible();
    await expect(page.getByRole("listitem").filter({ hasText: "Front desk" })).toBeVisible();
    await clean(page, "own sign-in");
    await signOut(page);
  });

  await test.step("who is staff in two chooses", async () => {
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await expect(heading(page, "In which clinic?")).toBeFocused();
    await clean(page, "choice");
    await page.getByRole("button", { name: harbor }).click();
    await expect(heading(page, "Your sign-in")).toBeFocused();
    await expect(page.getByText(`Morgan Lee, at ${harbor}`)).toBeVisible();
  });

  await test.step("a passkey that is removed signs in no more, here", async () => {
    await page.getByRole("button", { name: "Remove passkey: Front desk" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
    await expect(page.getByText("You have none yet.", { exact: false })).toBeVisible();
    await signOut(page);
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await expect(page.getByText(`Morgan Lee, at ${valley}`)).toBeVisible();
  });
  expect(troubles).toEqual([]);
});

test("an administrator lets a colleague in, and out; who has a seat goes to the room", async ({ clinic, page, browser }) => {
  await page.goto(clinic.console);
  await page.getByRole("button", { name: "Not now" }).click();
  await expect(heading(page, "Tonight")).toBeFocused();

  const { id: dana } = await ask<{ id: string }>(page, "POST", "/persons", { kind: "staff", legal_name: "Dana Whitfield", display_name: "Dana", staff_roles: ["clinician"] });
  const { id: program } = await ask<{ id: string }>(page, "POST", "/programs", { name: "Evening program" });
  const start = new Date(Date.now() + 10 * 60_000).toISOString().slice(0, 16);
  const { id: series } = await ask<{ id: string }>(page, "POST", "/series", {
    program, title: "Evening group", kind: "group", rule: "FREQ=DAILY;COUNT=2", start, zone: "UTC", template: [{ kind: "group", minutes: 60 }], except: [], moves: [], capacity: 0,
  });
  await ask(page, "POST", `/series/${series}/seats`, { person: dana, role: "facilitator", display_name: "Dana", from: start.slice(0, 10) });

  await page.getByRole("link", { name: "People", exact: true }).click();
  await page.getByRole("link", { name: "Dana Whitfield" }).click();
  await page.getByRole("button", { name: "Make a sign-in link" }).click();
  const link = await page.getByRole("textbox", { name: "Link" }).inputValue();
  await clean(page, "person");

  const context = await browser.newContext();
  const colleague = await context.newPage();
  await colleague.goto(link);
  await colleague.getByRole("button", { name: "Not now" }).click();
  await expect(heading(colleague, "Tonight")).toBeFocused();
  await clean(colleague, "tonight");

  await test.step("a seat is a way into the room, from both pages", async () => {
    await expect(page.getByRole("button", { name: "Go to the room" })).toHaveCount(0);
    await colleague.getByRole("link", { name: "Evening group" }).first().click();
    await colleague.getByRole("button", { name: "Go to the room" }).click();
    await expect(colleague.getByRole("textbox", { name: "Your name in the group" })).toHaveValue("Dana");
    expect(colleague.url()).not.toContain("#");
    await colleague.goto(new URL("/console", link).href);
    await expect(colleague.getByRole("button", { name: "Go to the room" })).toBeVisible();
  });

  await page.getByRole("button", { name: "End all sign-ins" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "End all sign-ins" }).click();
  await expect(page.getByText("Every sign-in of this person has ended.")).toBeVisible();
  await colleague.getByRole("link", { name: "Week", exact: true }).click();
  await expect(heading(colleague, "Sign in")).toBeFocused();
  await expect(colleague.getByText("Your sign-in has ended. Please sign in again.")).toBeVisible();
  await context.close();
});

/** A clinic whose staff sign in with an identity provider, and whose record system launches sessions: both are one small server. */
const vouched = test.extend<{ issuer: Issuer; open: FreshClinic }>({
  issuer: async ({}, use) => {
    const issuer = await Issuer.open();
    await use(issuer);
    await issuer.close();
  },
  open: async ({ issuer }, use, info) => {
    const clinic = await FreshClinic.open(harbor, "UTC", {
      host: "localhost",
      configure: ([id]) => JSON.stringify({
        oidc: [{ id: "clinic", name: "Harbor account", issuer: issuer.url, client_id: "vesper", grants: [{ clinic: id, value: "staff", role: "clinician" }] }],
        smart: [{ issuer: issuer.url, client_id: "vesper", clinic: id, roles: ["clinician"] }],
      }),
    });
    await use(clinic);
    const { log } = clinic;
    await clinic.close();
    if (info.status !== info.expectedStatus) console.log(log);
  },
});

const dana = { sub: "dana", name: "Dana Whitfield", groups: ["staff"] };

vouched("by an identity provider: the right answer, a wrong one, and somebody without a role", async ({ open, issuer, page, browser }) => {
  await issuer.is({ claims: dana });
  const addresses: string[] = [];
  page.on("request", (request) => addresses.push(request.url()));

  await test.step("the page that was asked for waits behind the provider", async () => {
    await page.goto(`${open.url}/console/week`);
    await page.getByRole("link", { name: "Sign in with Harbor account" }).click();
    await expect(page.getByText("Dana Whitfield").first()).toBeVisible();
    await expect(heading(page, "Week")).toBeVisible();
    expect(new URL(page.url()).pathname).toBe("/console/week");
    expect(page.url()).not.toContain("#");
    expect((await page.context().cookies()).map((c) => c.name), "the cookie of the ceremony is gone").toEqual([]);
    for (const address of addresses) expect(decodeURIComponent(address), "a name in an address").not.toMatch(/Dana|Whitfield/u);
    await signOut(page);
  });

  await test.step("an answer that was begun in another browser", async () => {
    const callback = addresses.find((address) => address.includes("/oidc/clinic/callback")) ?? "";
    expect(callback).toContain("state=");
    const context = await browser.newContext();
    const other = await context.newPage();
    await other.goto(callback);
    await expect(other.getByText("The sign-in took too long, or was begun in another window.", { exact: false })).toBeVisible();
    expect(await other.evaluate(() => sessionStorage.getItem("vesper.token"))).toBeNull();
    await context.close();
  });

  await test.step("a browser that has begun, with a wrong state or that of another", async () => {
    const context = await browser.newContext();
    const begin = async (of: BrowserContext): Promise<string> => {
      const answer = await of.request.get(`${open.url}/api/v1/oidc/clinic/start`, { maxRedirects: 0 });
      return new URL(answer.headers()["location"] ?? "").searchParams.get("state") ?? "";
    };
    for (const state of ["forged", await begin(context)]) {
      const own = await begin(page.context());
      expect((await page.context().cookies()).map((c) => c.name), "it has begun").toEqual(["vesper-signin"]);
      const approved = await context.request.get(`${issuer.url}/authorize?client_id=vesper&code_challenge_method=S256&code_challenge=x&state=${own}&redirect_uri=${open.url}`, { maxRedirects: 0 });
      const code = new URL(approved.headers()["location"] ?? "").searchParams.get("code") ?? "";
      await page.goto(`${open.url}/api/v1/oidc/clinic/callback?state=${state}&code=${code}`);
      await expect(page.getByText("The sign-in took too long, or was begun in another window.", { exact: false })).toBeVisible();
      expect(await page.evaluate(() => sessionStorage.getItem("vesper.token"))).toBeNull();
    }
    await clean(page, "wrong state");
    await context.close();
  });

  await test.step("a token of another key", async () => {
    await issuer.is({ claims: dana, wrong_key: true });
    await page.goto(`${open.url}/api/v1/oidc/clinic/start`);
    await expect(heading(page, "Sign in")).toBeVisible();
    expect(page.url()).not.toContain("#");
    expect(await page.evaluate(() => sessionStorage.getItem("vesper.token"))).toBeNull();
  });

  await test.step("somebody whom the clinic's table does not know", async () => {
    await issuer.is({ claims: { sub: "kim", name: "Kim Park", groups: ["kitchen"] } });
    await page.goto(`${open.url}/api/v1/oidc/clinic/start`);
    await expect(page.getByText("You are known, but you have no role in a clinic here.", { exact: false })).toBeVisible();
    expect(await page.evaluate(() => sessionStorage.getItem("vesper.token"))).toBeNull();
  });
});

vouched("a launch by the record system opens the session of its appointment", async ({ open, issuer, page, browser }) => {
  await page.goto(open.console);
  await expect(heading(page, "Tonight")).toBeFocused();
  const { id: program } = await ask<{ id: string }>(page, "POST", "/programs", { name: "Evening program" });
  const { id: ana } = await ask<{ id: string }>(page, "POST", "/persons", { kind: "client", legal_name: "Ana Ruiz", display_name: "Ana R." });
  const sessions: string[] = [];
  for (const [i, title] of ["Monday group", "Family evening"].entries()) {
    const start = new Date(Date.now() + (10 + 90 * i) * 60_000).toISOString().slice(0, 16);
    const { id: series } = await ask<{ id: string }>(page, "POST", "/series", {
      program, title, kind: "group", rule: "FREQ=DAILY;COUNT=1", start, zone: "UTC", template: [{ kind: "group", minutes: 60 }], except: [], moves: [], capacity: 0,
    });
    await ask(page, "POST", `/series/${series}/seats`, { person: ana, role: "participant", display_name: "Ana R.", from: start.slice(0, 10) });
    await expect.poll(async () => {
      const list = await ask<{ sessions: { id: string; series: string }[] }>(page, "GET", "/sessions");
      sessions[i] = list.sessions.find((s) => s.series === series)?.id ?? "";
      return sessions[i];
    }).not.toBe("");
    await ask(page, "PUT", `/sessions/${sessions[i]}/identifier`, { system: issuer.url, value: `Appointment/a-${i}` });
  }
  await ask(page, "PUT", `/persons/${ana}/identifier`, { system: issuer.url, value: "Patient/7" });
  const launch = `${open.url}/api/v1/smart/launch?launch=opaque&iss=${encodeURIComponent(issuer.url)}`;
  const arrive = async (claims: Record<string, unknown>, appointment: string): Promise<Page> => {
    await issuer.is({ claims, context: { appointment } });
    const fresh = await (await browser.newContext()).newPage();
    await fresh.goto(launch);
    return fresh;
  };

  for (const [i, title] of ["Monday group", "Family evening"].entries()) {
    const staff = await arrive({ sub: "u-9", name: "Dana Whitfield", fhirUser: "Practitioner/12" }, `a-${i}`);
    await expect(staff.getByText(title).first()).toBeVisible();
    expect(new URL(staff.url()).pathname).toBe(`/console/sessions/${sessions[i]}`);
    expect(staff.url()).not.toContain("#");
    await staff.context().close();
  }

  const client = await arrive({ sub: "u-10", fhirUser: "Patient/7" }, "a-0");
  await expect(client.getByRole("textbox", { name: "Your name in the group" })).toHaveValue("Ana R.");
  expect(client.url()).not.toContain("#");
  await client.context().close();

  for (const [claims, appointment, said] of [
    [{ sub: "u-11", fhirUser: "Patient/8" }, "a-0", "You are known, but you have no role in a clinic here."],
    [{ sub: "u-9", name: "Dana Whitfield", fhirUser: "Practitioner/12" }, "a-9", "No session here belongs to that appointment."],
  ] as const) {
    const refused = await arrive(claims, appointment);
    await expect(refused.getByText(said, { exact: false })).toBeVisible();
    expect(await refused.evaluate(() => sessionStorage.getItem("vesper.token"))).toBeNull();
    await refused.context().close();
  }
});
