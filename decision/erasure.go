package decision

import (
	"reflect"
	"slices"
	"strings"
)

// Restriction says why something is not for everybody who may read the case
// (限制公开), or is no longer held: of what class it is, and on what ground.
type Restriction struct {
	Class  Class  `json:"class,omitempty" validate:"required,oneof=personal commercial deliberation security other"`
	Ground string `json:"ground,omitempty" validate:"required,max=2000"` // the text of the norm's citation, e.g. 政府信息公开条例第十五条
}

// Class is what makes a thing restricted.
type Class string

// The classes of what is restricted. A State secret is none of them: it is not
// held at all.
const (
	ClassPersonal     Class = "personal"     // 个人信息
	ClassCommercial   Class = "commercial"   // 商业秘密
	ClassDeliberation Class = "deliberation" // 内部讨论
	ClassSecurity     Class = "security"     // 安全
	ClassOther        Class = "other"
)

// EraseData takes contents out of the vault and bodies out of the register of
// opinions (删除个人信息; 个人信息保护法 Art 47). Their digests and positions
// stay in the history, as does this act: who erased what, and why. D713 does
// not know it; it is an exception to keeping the record whole (Art 33).
type EraseData struct {
	Materials []string `json:"materials,omitempty" validate:"required_without=Opinions,max=500,unique,dive,material"`
	Opinions  []int64  `json:"opinions,omitempty" validate:"required_without=Materials,max=1000,unique,dive,min=1"` // positions in the register
	Class     Class    `json:"class,omitempty" validate:"required,oneof=personal commercial deliberation security other"`
	Ground    string   `json:"ground,omitempty" validate:"required,max=2000"` // cites the norm that asks for it
	DecidedBy string   `json:"decided_by,omitempty" validate:"required,max=128"`
}

func (EraseData) Kind() Kind { return "erase_data" }

func (a EraseData) record(d *Decision, at Ref) { d.Erasures = add(d.Erasures, at, a) }

// ErasedMaterial returns the act that erased a material, and false when none
// did.
func (d Decision) ErasedMaterial(digest string) (Done[EraseData], bool) {
	return d.erased(func(a EraseData) bool { return slices.Contains(a.Materials, digest) })
}

// ErasedOpinion returns the act that erased the opinion at a position, and
// false when none did.
func (d Decision) ErasedOpinion(position int64) (Done[EraseData], bool) {
	return d.erased(func(a EraseData) bool { return slices.Contains(a.Opinions, position) })
}

func (d Decision) erased(by func(EraseData) bool) (Done[EraseData], bool) {
	i := slices.IndexFunc(d.Erasures, func(e Done[EraseData]) bool { return by(e.Act) })
	if i < 0 {
		return Done[EraseData]{}, false
	}
	return d.Erasures[i], true
}

// Digests returns every digest of a material that an act names: its evidence,
// what was read, the proof of a publication, the lines of a filing list.
func Digests(act Act) []string {
	var found []string
	var walk func(v reflect.Value, names bool)
	walk = func(v reflect.Value, names bool) {
		switch v.Kind() {
		case reflect.String:
			if names && v.String() != "" {
				found = append(found, v.String())
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if f := v.Type().Field(i); f.IsExported() {
					walk(v.Field(i), slices.Contains(strings.Split(f.Tag.Get("validate"), ","), "material"))
				}
			}
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem(), names)
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), names)
			}
		}
	}
	walk(reflect.ValueOf(act), false)
	return found
}
