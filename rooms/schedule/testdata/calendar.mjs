// The independent side of the calendar tests: ical.js, asked by JSON lines.
//   {"rule", "start", "until", "limit"}  the dates of a rule, on a floating clock
//   {"ics", "until"}                     the events of a calendar, in UTC, and its parts
import { createInterface } from 'node:readline';
import ICAL from '../../../web/node_modules/ical.js/dist/ical.js';

const MAX = 6000;

function rule({ rule, start, until, limit }) {
  const end = ICAL.Time.fromString(until);
  const iterator = ICAL.Recur.fromString(rule).iterator(ICAL.Time.fromString(start));
  const dates = [];
  for (let next = iterator.next(); next && next.compare(end) < 0 && dates.length < limit; next = iterator.next()) {
    dates.push(next.toString().slice(0, 16));
  }
  return { dates };
}

const utc = (time) => new Date(time.toUnixTime() * 1000).toISOString().replace('.000', '');
const property = (p) => ({ name: p.name, params: p.jCal[1], value: p.getValues().map(String).join(',') });

function calendar({ ics, until }) {
  const root = new ICAL.Component(ICAL.parse(ics));
  ICAL.TimezoneService.reset();
  for (const zone of root.getAllSubcomponents('vtimezone')) {
    ICAL.TimezoneService.register(new ICAL.Timezone(zone));
  }
  const events = root.getAllSubcomponents('vevent');
  const occurrences = [];
  for (const master of events.filter((e) => !e.hasProperty('recurrence-id'))) {
    const uid = master.getFirstPropertyValue('uid');
    const exceptions = events.filter((e) => e !== master && e.getFirstPropertyValue('uid') === uid);
    const event = new ICAL.Event(master, { exceptions, strictExceptions: true });
    const iterator = event.iterator();
    for (let next = iterator.next(), n = 0; next && n < MAX; next = iterator.next(), n++) {
      if (next.toUnixTime() * 1000 >= Date.parse(until)) break;
      const details = event.getOccurrenceDetails(next);
      occurrences.push({ uid, start: utc(details.startDate), end: utc(details.endDate) });
    }
  }
  occurrences.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  return {
    method: root.getFirstPropertyValue('method'),
    zones: root.getAllSubcomponents('vtimezone').map((z) => z.getFirstPropertyValue('tzid')),
    events: events.map((e) => e.getAllProperties().map(property)),
    occurrences,
  };
}

// offsets: what a calendar's first zone says of wall clocks.
function offsets({ ics, walls }) {
  const root = new ICAL.Component(ICAL.parse(ics));
  const zone = new ICAL.Timezone(root.getFirstSubcomponent('vtimezone'));
  return { offsets: walls.map((wall) => zone.utcOffset(ICAL.Time.fromString(wall))) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let answer;
  try {
    answer = asked.walls ? offsets(asked) : asked.ics ? calendar(asked) : rule(asked);
  } catch (error) {
    answer = { error: String(error) };
  }
  console.log(JSON.stringify(answer));
}
