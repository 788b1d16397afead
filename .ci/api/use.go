package client

import "context"

// A short use of the generated client. It is compiled, not run.
func use(ctx context.Context, c ClientWithResponsesInterface, id, version string) (int64, string, error) {
	r, err := c.OpenCommentWithResponse(ctx, id, &OpenCommentParams{IfMatch: version}, OpenCommentJSONRequestBody{
		Act: JueceOpenComment{Activity: "c1", Draft: 1, HowTo: "在网站留言"},
	})
	switch {
	case err != nil:
		return 0, "", err
	case r.JSON200 == nil:
		return 0, r.ApplicationproblemJSON412.Code, nil
	}
	return r.JSON200.Version, "", nil
}

var _ = use
