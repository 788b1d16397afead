// A short use of the generated types. It is compiled, not run.
import type { components, operations, paths } from "./api";

type Propose = operations["propose"]["requestBody"]["content"]["application/json"];
type Problem = components["schemas"]["JueceProblem"];
type Receipt = components["schemas"]["JueceReceipt"];

export const proposal: Propose["act"] = {
  title: "县城区餐饮油烟污染防治办法",
  organ: { name: "县人民政府", level: "county" },
  category: "public_policy",
  category_reason: "环境保护方面的重大公共政策",
  source: "department",
  proposer: "县城市管理局",
  in_writing: true,
  problem: "城区餐饮油烟投诉集中",
  reasons: "现有措施不能解决问题",
  basis: "大气污染防治法第八十一条",
  solution: "分区管理，限期安装净化设施",
  feasibility: "经费已测算",
};

export function said(answer: Receipt | Problem): string {
  return "code" in answer ? answer.code : `${answer.decision} ${answer.version}`;
}

export const comment: keyof paths = "/decisions/{id}/acts/open_comment";
export type Version = operations["open-comment"]["parameters"]["header"]["If-Match"];

// @ts-expect-error The level of an organ is one of a list.
export const wrong: Propose["act"]["organ"] = { name: "县人民政府", level: "kingdom" };
