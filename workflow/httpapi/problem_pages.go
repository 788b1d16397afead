package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// advice says what a problem means and what to do about it.
type advice struct{ zhMeans, enMeans, zhDo, enDo string }

// advices has the advice for each problem of [kinds].
func advices() map[string]advice {
	return map[string]advice{
		"malformed_json": {
			"请求体不是一个完整的JSON值，或者不是UTF-8。", "The body is not one whole JSON value, or not UTF-8.",
			"检查引号、逗号和编码（UTF-8）后重发；没有写入任何内容。", "Check quotes, commas and the encoding (UTF-8) and send it again; nothing was written.",
		},
		"malformed_body": {
			"上传的文件没有传完，或者表单的格式不对（RFC 7578）。", "The file was not sent to its end, or the form is not well formed (RFC 7578).",
			"整个重发；没有写入任何内容。", "Send all of it again; nothing was written.",
		},
		"unauthenticated": {
			"没有出示凭据，或者凭据无效、已过期。", "No credentials were shown, or they are not valid or have expired.",
			"重新登录取得令牌，放在Authorization头中重发。", "Sign in again and send the request with the token in the Authorization header.",
		},
		"not_permitted": {
			"身份已确认，但所任角色或者所属机关不能做这件事。", "The caller is known, but the role or the organ may not do this.",
			"由有权的身份办理；各程序行为的身份见GET /acts。身份有误的，请管理员更正。", "Have it done by a role that may; GET /acts lists the roles of each act. If the identity is wrong, have it put right.",
		},
		"not_found": {
			"没有这个案件、材料、意见或者路径；不能查阅的案件同样回答没有找到。", "There is no such case, file, opinion or path; a case that the caller may not read is answered in the same way.",
			"核对编号和地址；案件属于其他机关的，向该机关提出。", "Check the id and the address; if the case belongs to another organ, ask that organ.",
		},
		"unknown_act": {
			"没有这个名称的程序行为，或者它另有路径。", "No act has this name, or it has a path of its own.",
			"名称见GET /acts；提出建议用POST /decisions，意见入册用POST /decisions/{id}/opinions/commit。", "GET /acts lists the names; POST /decisions opens a case, POST /decisions/{id}/opinions/commit commits opinions.",
		},
		"method_not_allowed": {
			"路径存在，但不接受这种请求方法；没有删除和修改的操作。", "The path is there, but not for this method; nothing can be deleted or changed.",
			"可用的方法见Allow头；更正以新的行为作出。", "The Allow header lists the methods; a correction is a new act.",
		},
		"not_acceptable": {
			"Accept头所要求的格式都不提供。", "No format that the Accept header asks for is offered.",
			"接受application/json后重发。", "Send it again, accepting application/json.",
		},
		"too_many_requests": {
			"此身份或者此地址在短时间内的请求过多。", "This identity or this address sent too many requests in a short time.",
			"等待Retry-After所示的秒数后重发；带Idempotency-Key的请求重发是安全的。", "Wait as many seconds as Retry-After says and send it again; with an Idempotency-Key a repeat is safe.",
		},
		"busy": {
			"同时处理的请求已达上限。", "As many requests as may be are under way.",
			"等待Retry-After所示的秒数后重发。", "Wait as many seconds as Retry-After says and send it again.",
		},
		"stream_over": {
			"事件流持续的时间有限，到时由服务端结束；没有记录因此遗漏。", "A stream lives for a limited time, and the server ends it then; no entry is lost by that.",
			"以收到的最后一个id作为Last-Event-ID重新连接。", "Connect again with the last id that came as Last-Event-ID.",
		},
		"not_ready": {
			"服务正在停止，或者数据库暂时不能使用。", "The service is stopping, or its database cannot be used for now.",
			"稍后重发；仍然如此的，请运维人员查看日志。", "Send it again later; when it stays so, ask who runs the server to look at its log.",
		},
		"body_too_slow": {
			"请求体没有在时限内到达；上传文件的，每64 KiB和整个文件各有时限。", "The body did not arrive in time; of a file, each 64 KiB and the whole have their time.",
			"检查网络后重发；带Idempotency-Key的请求重发是安全的。", "Check the network and send it again; with an Idempotency-Key a repeat is safe.",
		},
		"wrong_stage": {
			"案件所处阶段没有这个行为的位置。", "The act has no place in the stage that the case is in.",
			"查看GET /decisions/{id}的acts；先完成前面的程序。", "See acts in GET /decisions/{id}; do what comes first.",
		},
		"rule_violated": {
			"按现有记录，法定要求没有满足；findings列出规则、条文和可以补正的身份。", "As the record stands, the law does not allow it; findings names the rules, the articles and who can clear them.",
			"按findings逐项补正，有earliest的等到该日；全部缺项见GET /decisions/{id}/missing。", "Clear each finding, waiting for its earliest day where it has one; GET /decisions/{id}/missing lists all that is lacking.",
		},
		"reason_required": {
			"偏离了条文所说的一般要求；不禁止，但须说明理由，理由永久留存。", "It departs from what the law generally asks for; it is not forbidden, but needs a reason, which stays for ever.",
			"在请求的reasons中按规则编号写明理由后重发，或者改为符合一般要求。", "Give the reason in reasons, by rule id, and send it again; or keep to what is generally asked for.",
		},
		"no_plan": {
			"从案件现状无法排出计划：程序已经结束，或者有无法补正的事项。", "Nothing can be planned from here: the procedure has ended, or something cannot be cleared.",
			"查看findings；调整假设（start、with、without）后再问。", "See findings; ask again with other assumptions (start, with, without).",
		},
		"pack_superseded": {
			"所指规则包不是该机关、该日应当适用的规则包（第四十四条）。", "The pack that was named does not govern for this organ on this day (Art 44).",
			"不指定pack，由系统选用；或者按detail所说指定。", "Leave pack out, so that the governing one is taken; or name the one that detail says.",
		},
		"opinions_closed": {
			"所指的征求意见活动没有开始或者已经结束。", "The activity that was named is not open for opinions: not yet, or no longer.",
			"核对活动编号和起止日期；决策公布后的意见以feedback提出（第三十五条）。", "Check the activity and its days; opinions on what was issued are given as feedback (Art 35).",
		},
		"already_erased": {
			"所指内容此前已经依法删除。", "What is named was lawfully erased before.",
			"无须再删；核对编号。", "Nothing more need be erased; check the numbers.",
		},
		"evidence_needed": {
			"所指内容是仍须保存的证据，现在不能删除。", "What is named is evidence that must still be kept.",
			"等到不再需要时再删；理由见detail。", "Erase it when it is no longer needed; detail says why.",
		},
		"not_sealed": {
			"记录尚未进入签名检查点，因此还没有证明。", "No signed checkpoint covers it yet, so there is no proof.",
			"稍后再试；历史中的sealing说明等了多久。", "Try again a little later; sealing in the history says how long it has waited.",
		},
		"erased": {
			"内容已依法删除；entry是删除它的记录。", "The content was lawfully erased; entry is the entry that did it.",
			"内容无法恢复；依据和决定人见该记录。", "It cannot be brought back; the entry says on what ground and who decided.",
		},
		"version_conflict": {
			"读取之后案件已有新的记录，或者If-Match不是一个版本的ETag。", "Something was recorded after the case was read, or If-Match is not the ETag of a version.",
			"重新读取案件，确认行为仍然妥当，以新的ETag重发。", "Read the case again, see that the act still fits, and send it with the new ETag.",
		},
		"body_too_large": {
			"请求体超过上限。", "The body is larger than what is taken.",
			"文件另行上传为材料，行为只引用其摘要；文件过大的，分册上传。", "Upload files as materials and name their digests in the act; split a file that is too large.",
		},
		"unsupported_media_type": {
			"请求体的类型不接受：行为须为application/json；材料须为文件本身或者multipart/form-data表单，文件的类型须在接收之列，内容须与所称的类型相符。", "The type of the body is not taken: an act is application/json; a material is the file itself or a multipart/form-data form, of a media type that is taken, and its content is what it is said to be.",
			"更正Content-Type后重发；detail说明内容是什么。网页和SVG请转为PDF；可接收的类型由服务的管理员设定。", "Put Content-Type right and send it again; detail says what the content is. Turn a web page or an SVG into a PDF; who runs the server sets which types are taken.",
		},
		"range_not_satisfiable": {
			"Range所求的一段超出了文件，或者写法不对。", "The part that Range asks for lies beyond the file, or is not well formed.",
			"文件的大小见Content-Range；已经取完的，无须再取。", "Content-Range says how large the file is; who has all of it needs no more.",
		},
		"invalid_request": {
			"路径、查询参数或者请求头不正确；errors指出是哪一个。没有的参数、重复的参数不予忽略，以免误以为已经筛选。", "A path, query or header parameter is wrong; errors says which. A parameter that does not exist, or comes twice, is not overlooked: nobody is to take everything for what he meant to ask for.",
			"按接口文档更正该参数。", "Put the parameter right, as the document of the API has it.",
		},
		"invalid_act": {
			"内容有误；errors逐项指出字段、规则和应当如何，不重复所送的值。", "What was sent is not well formed; errors names each field, its rule and what it must be, and repeats no value.",
			"按errors逐项更正后重发；没有写入任何内容。", "Put each field right and send it again; nothing was written.",
		},
		"unknown_pack": {
			"没有这个名称的规则包。", "No rule pack has this name.",
			"名称见GET /packs。", "GET /packs lists the names.",
		},
		"unknown_draft": {
			"案件中没有这一版草案。", "The case has no draft of this version.",
			"先提交该版草案，或者核对版次。", "Submit that draft first, or check the number.",
		},
		"unknown_reference": {
			"行为所指的活动、专家、会议等在案卷中没有记录。", "The record does not hold the activity, expert, meeting or the like that the act names.",
			"核对名称，须与先前记录的一字不差；或者先记录它。", "Check the name, which must be the same to the letter as recorded before; or record it first.",
		},
		"occurs_in_future": {
			"发生日期晚于今天（北京时间）。", "The day that it is said to have happened lies in the future, by the calendar of China.",
			"行为发生之后再记录；计划见GET /decisions/{id}/plan。", "Record it when it has happened; GET /decisions/{id}/plan is for what lies ahead.",
		},
		"material_missing": {
			"行为引用的材料没有上传到本案。", "A material that the act names was not uploaded to this case.",
			"先用POST /decisions/{id}/materials上传，以所得摘要引用。", "Upload it with POST /decisions/{id}/materials first, and name it by the digest that comes back.",
		},
		"key_reused": {
			"同一个Idempotency-Key此前用于另一请求。", "The same Idempotency-Key was used for another request before.",
			"新的请求用新的键；重发须与原请求相同。", "Use a new key for a new request; a repeat must be the same as the first.",
		},
		"too_many_cases": {
			"一次统计、一次列名册要读的案件超过上限。", "There are more cases than one request for statistics or the roster reads.",
			"统计可以指定机关（organ）缩小范围，或者用juece stats --db；名册逐案查看。", "Name an organ to count fewer, or count with juece stats --db; see the roster case by case.",
		},
		"precondition_required": {
			"行为须说明所读的版本。", "An act has to say which version was read.",
			"先读取案件，将ETag作为If-Match发送；*表示任何版本。", "Read the case and send its ETag as If-Match; * stands for any version.",
		},
		"internal": {
			"服务端出错，详情只记在服务端日志。", "The server failed; the details are in its log only.",
			"稍后以同一Idempotency-Key重发；仍然出错的，告知管理员发生时间。", "Send it again later with the same Idempotency-Key; if it fails still, tell the administrator when it happened.",
		},
	}
}

// ProblemPage explains one problem, in one language.
type ProblemPage struct {
	Type    string `json:"type"`
	Code    string `json:"code"`
	Status  int    `json:"status"`
	Title   string `json:"title"`
	Meaning string `json:"meaning"`
	ToDo    string `json:"to_do"`
}

// pages explains every problem there is.
func pages(lang string) []ProblemPage {
	said := advices()
	var list []ProblemPage
	for _, k := range kinds() {
		p, a := newProblem(k.code, lang), said[k.code]
		page := ProblemPage{Type: p.Type, Code: p.Code, Status: p.Status, Title: p.Title, Meaning: a.zhMeans, ToDo: a.zhDo}
		if lang == "en" {
			page.Meaning, page.ToDo = a.enMeans, a.enDo
		}
		list = append(list, page)
	}
	return list
}

// ProblemPages serves what the types of problems lead to: /problems lists all,
// /problems/{code} explains one, as HTML or JSON by Accept and in Chinese or
// English by Accept-Language. They say nothing of any case, so they need no
// identity. A type starts at the root, so a host mounts them there:
//
//	mux.Handle("GET /problems", httpapi.ProblemPages())
//	mux.Handle("GET /problems/{code}", httpapi.ProblemPages())
func ProblemPages() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lang := preferred(r.Header.Get("Accept-Language"))
		all := pages(lang)
		code := strings.Trim(strings.TrimPrefix(r.URL.Path, "/problems"), "/")
		var shown any = map[string]any{"items": all}
		if code != "" {
			i := slices.IndexFunc(all, func(p ProblemPage) bool { return p.Code == code })
			if i < 0 {
				WriteProblem(w, r, http.StatusNotFound)
				return
			}
			all, shown = all[i:i+1], all[i]
		}
		w.Header().Add("Vary", "Accept, Accept-Language")
		w.Header().Set("Content-Language", lang)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if !prefersJSON(r.Header.Get("Accept")) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src "+hashOf(pageStyle)+"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
			fmt.Fprint(w, pageOf(all, lang, code != ""))
			return
		}
		text, err := json.Marshal(shown)
		if err != nil {
			WriteProblem(w, r, http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(text) // nobody is left to tell
	})
}

// prefersJSON reports whether an Accept header asks for JSON before HTML.
func prefersJSON(accept string) bool {
	asked := map[string]float64{}
	for part := range strings.SplitSeq(accept, ",") {
		media, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		q, err := strconv.ParseFloat(params["q"], 64)
		if err != nil {
			q = 1
		}
		asked[media] = max(asked[media], q)
	}
	return max(asked["application/json"], asked[problemType]) > asked["text/html"]
}

// hashOf is how a policy names the one inline style that it lets through.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

const pageStyle = `body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.7 system-ui,sans-serif;color:#1c1c1c}
h2{margin:2rem 0 0;font-size:1.15rem}code{background:#f2f2f2;padding:.1rem .3rem}dt{font-weight:600}dd{margin:0 0 .5rem}a{color:#0b57a4}`

// pageOf writes problems out as a page.
func pageOf(list []ProblemPage, lang string, one bool) string {
	title, means, todo, all := "问题说明", "含义", "怎么办", "全部问题"
	if lang == "en" {
		title, means, todo, all = "Problems", "What it means", "What to do", "All problems"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<!DOCTYPE html>\n<html lang=%q>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>%s</title>\n<style>%s</style>\n<h1>%s</h1>\n", lang, title, pageStyle, title)
	for _, p := range list {
		fmt.Fprintf(&b, "<h2><a href=%q>%s</a></h2>\n<p><code>%d</code> <code>%s</code></p>\n<dl><dt>%s</dt><dd>%s</dd><dt>%s</dt><dd>%s</dd></dl>\n",
			p.Type, html.EscapeString(p.Title), p.Status, p.Code, means, html.EscapeString(p.Meaning), todo, html.EscapeString(p.ToDo))
	}
	if one {
		fmt.Fprintf(&b, "<p><a href=\"/problems\">%s</a></p>\n", all)
	}
	b.WriteString("</html>\n")
	return b.String()
}
