// Every word of the console, which comes with the console alone. console.es.ts has
// the same keys; a test holds them together.
import { eveningEn } from "./console/evening.en.ts";
import { planEn } from "./console/plan.en.ts";
import { peopleEn } from "./console/people.en.ts";
import { weekEn } from "./console/week.en.ts";
import { houseEn } from "./console/house.en.ts";

export const consoleEn = { ...eveningEn, ...planEn, ...peopleEn, ...weekEn, ...houseEn };
