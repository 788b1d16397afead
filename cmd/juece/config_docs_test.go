package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

const configurationHead = `# 配置 Configuration

Written by ` + "`make golden`" + ` from the program; how it is meant stands in [operations.md](operations.md#配置-configuration).

`

// Every flag of the commands that run for long stands in docs. No variable is
// one that Kubernetes sets for a Service called juece.
func TestTheConfigurationInDocs(t *testing.T) {
	t.Parallel()
	commands := longRunning(t)
	var b bytes.Buffer
	b.WriteString(configurationHead)
	for _, name := range []string{"serve", "seal", "deliver"} {
		fmt.Fprintf(&b, "## juece %s\n\n| flag | environment | key | default | |\n|---|---|---|---|---|\n", name)
		for _, flag := range commands[name] {
			key, preset := "`"+flag.Name+"`", ""
			if flag.Name == configFlag {
				key = ""
			}
			if flag.HasDefault {
				preset = "`" + flag.Default + "`"
			}
			fmt.Fprintf(&b, "| `--%s` | `%s` | %s | %s | %s |\n", flag.Name, variable(flag), key, preset, strings.ReplaceAll(flag.OrigHelp, "|", "\\|"))
			if v := variable(flag); v == "JUECE_PORT" || strings.HasPrefix(v, "JUECE_PORT_") || strings.HasPrefix(v, "JUECE_SERVICE_") {
				t.Errorf("%s is set by Kubernetes", v)
			}
		}
		b.WriteString("\n")
		delete(commands, name)
	}
	for name := range commands {
		t.Errorf("juece %s is configured, and not in docs", name)
	}
	golden(t, "configuration.md", bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}
