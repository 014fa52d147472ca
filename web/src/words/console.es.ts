// Las palabras de la consola. Las mismas claves que console.en.ts.
import type { consoleEn } from "./console.en.ts";
import { eveningEs } from "./console/evening.es.ts";
import { planEs } from "./console/plan.es.ts";
import { peopleEs } from "./console/people.es.ts";
import { weekEs } from "./console/week.es.ts";
import { houseEs } from "./console/house.es.ts";

export const consoleEs: Record<keyof typeof consoleEn, string> = { ...eveningEs, ...planEs, ...peopleEs, ...weekEs, ...houseEs };
