// A test has a house to itself and meets people; afterwards it asks each page
// whether it stayed within its policy.
import { expect, test as base } from "@playwright/test";
import { House } from "./house.ts";
import { Person, type How } from "./person.ts";

type Meet = (name: string, how?: How) => Promise<Person>;

interface Evening {
  bots: number;
  house: House;
  meet: Meet;
  /** Keeps a measured number with the result and prints it. */
  measured: (what: string, value: number | string) => void;
}

export const test = base.extend<Evening>({
  bots: [0, { option: true }],

  house: async ({ bots }, use, info) => {
    const house = await House.open(bots);
    await use(house);
    const { log } = house;
    await house.close();
    if (info.status !== info.expectedStatus && log !== "") console.log(log);
  },

  meet: async ({ browser }, use) => {
    const people: Person[] = [];
    await use(async (name, how) => {
      const person = await Person.meet(browser, name, how);
      people.push(person);
      return person;
    });
    const troubles = (await Promise.all(people.map((p) => p.troubles()))).flat();
    await Promise.all(people.map((p) => p.context.close()));
    expect(troubles, "errors and breaches of the content policy").toEqual([]);
  },

  measured: async ({}, use, info) => {
    await use((what, value) => {
      info.annotations.push({ type: what, description: String(value) });
      console.log(`    ${what}: ${value}`);
    });
  },
});

export { expect };
