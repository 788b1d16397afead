package reading_test

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/juece/juece/workflow/calendar"
)

// clone copies a value with all that it points to, so that a change to one act
// is none to another.
func clone(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(clone(v.Field(i)))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(clone(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(clone(v.Index(i)))
			}
		}
	}
	return out
}

// names are what a text can be changed to: those that occur in the sample.
var names = []string{
	"", " ", "县财政局", "县市场监督管理局", "县司法局", "县城市管理局", "县生态环境局", "行政首长", "组成人员甲", "会议秘书", "承办单位经办人",
	"合法性审查人员", "法律顾问甲", "专家甲", "环境研究机构", "风险评估机构", "决策咨询研究机构", "执行人员甲", "办公室经办人",
	"c1", "h1", "f1", "t1", "t2", "p1", "z1", "1", "2", "餐饮经营者", "居民", "经营者",
}

// change alters one field at random, chosen evenly among a struct's, and says
// which. The tag of an enumeration says what else it can be.
func (g *generator) change(v reflect.Value, tag string) string {
	switch v.Kind() {
	case reflect.Struct:
		if day, ok := v.Addr().Interface().(*calendar.Date); ok {
			*day = day.AddDays(g.IntN(31) - 15)
			if g.IntN(6) == 0 {
				*day = calendar.Date{}
			}
			return day.String()
		}
		if v.NumField() == 0 {
			return "nothing"
		}
		f := v.Type().Field(g.IntN(v.NumField()))
		return f.Name + " " + g.change(v.FieldByIndex(f.Index), f.Tag.Get("validate"))
	case reflect.Pointer:
		if v.IsNil() || g.IntN(4) == 0 {
			v.SetZero()
			return "nil"
		}
		return g.change(v.Elem(), tag)
	case reflect.Slice:
		if v.Len() == 0 || g.IntN(5) == 0 {
			v.SetZero()
			return "nil"
		}
		i := g.IntN(v.Len())
		if g.IntN(3) == 0 {
			v.Set(reflect.AppendSlice(v.Slice(0, i), v.Slice(i+1, v.Len())))
			return fmt.Sprintf("without [%d]", i)
		}
		_, each, _ := strings.Cut(tag, "dive,")
		return fmt.Sprintf("[%d] ", i) + g.change(v.Index(i), each)
	case reflect.Bool:
		v.SetBool(!v.Bool())
		return fmt.Sprint(v.Bool())
	case reflect.Int, reflect.Int64:
		v.SetInt(max(0, v.Int()+int64(g.IntN(5)-2)))
		return fmt.Sprint(v.Int())
	case reflect.String:
		values := names
		if _, list, ok := strings.Cut(tag, "oneof="); ok {
			list, _, _ = strings.Cut(list, ",")
			values = append(strings.Fields(list), "")
		}
		v.SetString(values[g.IntN(len(values))])
		return fmt.Sprintf("%q", v.String())
	}
	return "nothing"
}
