// Sentences of the server in the reader's language: its own in English, ours
// from the same key and values in Spanish.
import { useMemo } from "react";
import type { Said } from "../../protocol/clinic.ts";
import { useConsoleWords, type ConsoleSpoken } from "../../words/console.tsx";
import { sentencesEs } from "../../words/sentences.es.ts";

const places: Record<string, string> = { home: "en casa", elsewhere: "en otro lugar" };

export function sentence({ sentence: said, sentence_key: key = "", values = {} }: Said, { locale, hours, date }: Pick<ConsoleSpoken, "locale" | "hours" | "date">): string {
  const text = sentencesEs[key];
  if (locale !== "es" || text === undefined) return said;
  return text.replace(/\{(?:([^|{}]*)\|([^|{}:]*):)?([a-z_]+)\}/g, (_, one: string | undefined, more: string | undefined, name: string) => {
    const value = values[name];
    if (one !== undefined) return Number(value) === 1 ? one : (more ?? "");
    if (name.endsWith("_minutes") && typeof value === "number") return hours(value);
    if (name.endsWith("date") && typeof value === "string") return date(value);
    return typeof value === "string" ? (places[value] ?? value) : String(value ?? "");
  });
}

export function useSentence(): (said: Said) => string {
  const words = useConsoleWords();
  return useMemo(() => (said) => sentence(said, words), [words]);
}
