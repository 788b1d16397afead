package decision

import "github.com/juece/juece/workflow/calendar"

// ArchiveCase files the records and materials of the procedure (归档, Art 33).
type ArchiveCase struct {
	Archivist string        `json:"archivist,omitempty" validate:"required,max=128"`
	Items     []ArchiveItem `json:"items,omitempty" validate:"required,min=1,max=5000,dive"`
}

// ArchiveItem is one line of the filing list (归档目录).
type ArchiveItem struct {
	Title     string        `json:"title,omitempty" validate:"required,max=300"`
	Digest    string        `json:"digest,omitempty" validate:"required,material"`
	Producer  string        `json:"producer,omitempty" validate:"required,max=128"`
	On        calendar.Date `json:"on,omitzero" validate:"required"`
	Act       Kind          `json:"act,omitempty" validate:"required,max=64"` // the act it is evidence of
	Draft     int           `json:"draft,omitempty" validate:"omitempty,min=1,max=10000"`
	Retention string        `json:"retention,omitempty" validate:"required,oneof=permanent 30_years 10_years"`
}

func (ArchiveCase) Kind() Kind { return "archive_case" }

func (a ArchiveCase) record(d *Decision, at Ref) { d.Archives = add(d.Archives, at, a) }
