// How things are written in the United States: numbers, ZIP codes, states. Pure.

/** As in the list of the postal service (USPS Publication 28, appendix B). */
export const states = {
  AL: "Alabama", AK: "Alaska", AS: "American Samoa", AZ: "Arizona", AR: "Arkansas", CA: "California", CO: "Colorado",
  CT: "Connecticut", DE: "Delaware", DC: "District of Columbia", FL: "Florida", GA: "Georgia", GU: "Guam", HI: "Hawaii",
  ID: "Idaho", IL: "Illinois", IN: "Indiana", IA: "Iowa", KS: "Kansas", KY: "Kentucky", LA: "Louisiana", ME: "Maine",
  MD: "Maryland", MA: "Massachusetts", MI: "Michigan", MN: "Minnesota", MS: "Mississippi", MO: "Missouri", MT: "Montana",
  NE: "Nebraska", NV: "Nevada", NH: "New Hampshire", NJ: "New Jersey", NM: "New Mexico", NY: "New York",
  NC: "North Carolina", ND: "North Dakota", MP: "Northern Mariana Islands", OH: "Ohio", OK: "Oklahoma", OR: "Oregon",
  PA: "Pennsylvania", PR: "Puerto Rico", RI: "Rhode Island", SC: "South Carolina", SD: "South Dakota", TN: "Tennessee",
  TX: "Texas", UT: "Utah", VT: "Vermont", VI: "Virgin Islands", VA: "Virginia", WA: "Washington", WV: "West Virginia",
  WI: "Wisconsin", WY: "Wyoming",
} as const;

/** The code of a state, however it was written; what is not known stays as it is. */
export function stateCode(text: string): string {
  const said = text.replaceAll(".", "").trim().toLowerCase();
  const found = Object.entries(states).find(([code, name]) => said === code.toLowerCase() || said === name.toLowerCase());
  return found?.[0] ?? text.trim();
}

/** Five digits, or five and four; nine digits get their hyphen, for a keyboard of digits has none. */
export function zip(text: string): string {
  const digits = text.trim().replace(/[\s-]/g, "");
  return /^\d{9}$/.test(digits) ? `${digits.slice(0, 5)}-${digits.slice(5)}` : text.trim();
}

export function isZip(text: string): boolean {
  return /^\d{5}(-\d{4})?$/.test(zip(text));
}

/** Seven to fifteen digits (ITU-T E.164), as people write them, with an extension or without. */
export function isPhone(text: string): boolean {
  const said = /^\+?[\d\s().\/-]+?(\s*(?:x|ext\.?)\s*\d{1,6})?$/i.exec(text.trim());
  if (!said) return false;
  const digits = text.trim().replace(said[1] ?? "", "").replace(/\D/g, "").length;
  return digits >= 7 && digits <= 15;
}
