package paper

import "testing"

func TestSection(t *testing.T) {
	page := "# Page\n\nText.\n"
	if Section(page, "year") != "" {
		t.Error("a section of nothing")
	}
	page = WithSection(page, "year", "One.\n")
	want := "# Page\n\nText.\n\n<!-- year begins -->\nOne.\n<!-- year ends -->\n"
	if page != want {
		t.Errorf("%q", page)
	}
	if page = WithSection(page, "year", "Two."); Section(page, "year") != "<!-- year begins -->\nTwo.\n<!-- year ends -->" {
		t.Errorf("%q", page)
	}
}
