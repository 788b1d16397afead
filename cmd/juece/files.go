package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/juece/juece/workflow/httpapi"
)

// fileFlags are those of materials that are uploaded.
type fileFlags struct {
	SpoolDir    string   `type:"existingdir" placeholder:"DIR" help:"上传的文件收完之前存放的目录，默认为系统的临时目录。Where a file waits until all of it is here; the system's temporary directory by default."`
	MediaType   []string `placeholder:"TYPE" help:"接收的文件类型，可以有多个，末尾可用*；default为默认的各种类型。Media types that are taken, with * at the end for any; default stands for those taken by default."`
	MaxMaterial int64    `default:"32" placeholder:"MIB" help:"一个文件的上限，以MiB计。How large a file may be, in MiB."`
}

// into sets what the API takes.
func (f fileFlags) into(o httpapi.Options) (httpapi.Options, error) {
	if f.MaxMaterial < 1 || f.MaxMaterial > maxMaterial {
		return o, setupError{
			fmt.Sprintf("--max-material须为1至%d", maxMaterial), fmt.Sprintf("--max-material must be from 1 to %d", maxMaterial),
		}
	}
	o.MaxMaterialBytes = f.MaxMaterial << 20
	for _, one := range f.MediaType {
		top, sub, whole := strings.Cut(one, "/")
		switch {
		case one == "default":
			o.MediaTypes = append(o.MediaTypes, httpapi.DefaultMediaTypes()...)
		case !whole || top == "" || sub == "" || strings.ContainsAny(one, " ;,"):
			return o, setupError{"--media-type须为类型，如application/pdf、audio/*或者default", "--media-type takes a media type such as application/pdf or audio/*, or default"}
		default:
			o.MediaTypes = append(o.MediaTypes, one)
		}
	}
	o.SpoolDir = f.SpoolDir
	probe, err := os.CreateTemp(f.SpoolDir, "juece-probe-*")
	if err != nil { // better now than at the first upload
		return o, fmt.Errorf("the spool directory: %w", err)
	}
	return o, errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// maxMaterial is what a file in a dossier can have, in MiB.
const maxMaterial = 4<<10 - 1
