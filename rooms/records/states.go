package records

import "strings"

// states are the states, districts and territories of the United States by
// the codes of the postal service (USPS Publication 28, appendix B).
var states = map[string]string{
	"alabama": "AL", "alaska": "AK", "american samoa": "AS", "arizona": "AZ", "arkansas": "AR", "california": "CA",
	"colorado": "CO", "connecticut": "CT", "delaware": "DE", "district of columbia": "DC", "florida": "FL",
	"georgia": "GA", "guam": "GU", "hawaii": "HI", "idaho": "ID", "illinois": "IL", "indiana": "IN", "iowa": "IA",
	"kansas": "KS", "kentucky": "KY", "louisiana": "LA", "maine": "ME", "maryland": "MD", "massachusetts": "MA",
	"michigan": "MI", "minnesota": "MN", "mississippi": "MS", "missouri": "MO", "montana": "MT", "nebraska": "NE",
	"nevada": "NV", "new hampshire": "NH", "new jersey": "NJ", "new mexico": "NM", "new york": "NY",
	"north carolina": "NC", "north dakota": "ND", "northern mariana islands": "MP", "ohio": "OH", "oklahoma": "OK",
	"oregon": "OR", "pennsylvania": "PA", "puerto rico": "PR", "rhode island": "RI", "south carolina": "SC",
	"south dakota": "SD", "tennessee": "TN", "texas": "TX", "utah": "UT", "vermont": "VT", "virgin islands": "VI",
	"virginia": "VA", "washington": "WA", "washington dc": "DC", "west virginia": "WV", "wisconsin": "WI", "wyoming": "WY",
}

// StateCode is a state as people write it ("new york", "N.Y.", "NY") by its
// code. What is not known is given back in capitals, so that it is told apart
// from every code.
func StateCode(state string) string {
	words := strings.Join(strings.Fields(strings.NewReplacer(".", "", ",", " ").Replace(state)), " ")
	if code := states[strings.ToLower(words)]; code != "" {
		return code
	}
	return strings.ToUpper(words)
}

// KnownState reports whether a code is one of StateCode's.
func KnownState(code string) bool {
	for _, known := range states {
		if known == code {
			return true
		}
	}
	return false
}
