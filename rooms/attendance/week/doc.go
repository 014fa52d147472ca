// Package week adds up a clinic's week: rows of attendance in, one View out.
//
// Compute is pure. It reads no clock and no table, knows no money, and takes
// the rows as they are: corrections and guests who were matched are in them
// already. A session belongs to the clinic's local date of its planned start.
//
// Minutes are rounded down once: a row's from its own seconds, a day's and a
// week's from the seconds of all their sessions. A week may therefore have up
// to a minute a session more than the minutes of its rows add up to, never
// less. Time that two sessions of one person share counts once in a day and a
// week, and both rows keep it: only then a week has less than its rows.
//
// What is not known is null (a nil pointer), never 0.
package week
