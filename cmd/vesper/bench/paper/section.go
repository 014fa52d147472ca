package paper

import "strings"

// Section is what stands between the marks of a name in a page, marks and all;
// empty: there is none.
func Section(page, name string) string {
	begin, end := marks(name)
	from, to := strings.Index(page, begin), strings.Index(page, end)
	if from < 0 || to < from {
		return ""
	}
	return page[from : to+len(end)]
}

// WithSection puts a section into a page, in place of the one that is there or
// at the end.
func WithSection(page, name, text string) string {
	begin, end := marks(name)
	marked := begin + "\n" + strings.TrimSpace(text) + "\n" + end
	if kept := Section(page, name); kept != "" {
		return strings.Replace(page, kept, marked, 1)
	}
	return strings.TrimRight(page, "\n") + "\n\n" + marked + "\n"
}

func marks(name string) (begin, end string) {
	return "<!-- " + name + " begins -->", "<!-- " + name + " ends -->"
}
