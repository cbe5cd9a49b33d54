package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"rodada/domain/firmware"
	"rodada/internal/client"
)

// Firmware is `rodada firmware`: the operator's keys and the images.
func Firmware(settings Settings, ask Ask) *cobra.Command {
	cmd := &cobra.Command{Use: "firmware", Short: "Sign, upload and retire firmware images"}
	cmd.AddCommand(
		firmwareKeygen(), firmwareSign(), firmwareVerify(),
		firmwareUpload(settings, ask), firmwareList(settings, ask), firmwareShow(settings, ask), firmwareRetire(settings, ask),
	)
	return cmd
}

type imageShown struct {
	ID      string `json:"id"`
	Model   string `json:"model"`
	Version string `json:"version"`
	Size    int    `json:"size"`
	Packets int    `json:"packets"`
	SHA256  string `json:"sha256"`
	Key     string `json:"key"`
	Notes   string `json:"notes"`
	Created string `json:"created_at"`
	By      string `json:"created_by"`
	Retired string `json:"retired_at"`
	Why     string `json:"retire_reason"`
}

func firmwareUpload(settings Settings, ask Ask) *cobra.Command {
	var (
		model, version, notes, signature string
		downgrade, asJSON                bool
	)
	cmd := &cobra.Command{
		Use: "upload FILE", Short: "Upload a signed image", Args: oneArg("FILE"),
		Long:    "Uploads an image with its signature, which is read from FILE.sig unless --signature names another file.",
		Example: "  rodada firmware upload image.bin --model M1 --version 1.9 --notes \"Finds the GPS again.\"",
		RunE: func(cmd *cobra.Command, args []string) error {
			content, signed, err := readImage(args[0], signature)
			if err != nil {
				return err
			}
			app, err := logIn(cmd.Context(), settings, ask)
			if err != nil {
				return err
			}
			id, err := modelID(cmd, app, model)
			if err != nil {
				return err
			}
			query := url.Values{"model": {strconv.FormatInt(id, 10)}, "version": {version}}
			if notes != "" {
				query.Set("notes", notes)
			}
			if downgrade {
				query.Set("downgrade", "true")
			}
			answer, err := app.Upload(cmd.Context(), "/admin/v1/firmware?"+query.Encode(), content,
				"Content-Type", "application/octet-stream", "Firmware-Signature", signed)
			return answered(cmd.OutOrStdout(), answer, err, asJSON, printImage)
		},
	}
	cmd.Flags().StringVar(&model, "model", "", "name of the model that it is for")
	cmd.Flags().StringVar(&version, "version", "", "as the scooter will report it")
	cmd.Flags().StringVar(&signature, "signature", "", "file with the signature")
	cmd.Flags().StringVar(&notes, "notes", "", "what is new in it")
	cmd.Flags().BoolVar(&downgrade, "downgrade", false, "it is older than another image of the model, and that is meant")
	return finish(cmd, &asJSON, "model", "version")
}

func firmwareList(settings Settings, ask Ask) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "The newest images", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return inquire(cmd, settings, ask, http.MethodGet, "/admin/v1/firmware", nil, asJSON, func(out io.Writer, raw []byte) error {
				var list struct{ Images []imageShown }
				if err := json.Unmarshal(raw, &list); err != nil {
					return err
				}
				w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "ID\tMODEL\tVERSION\tBYTES\tKEY\tUPLOADED\t")
				for _, i := range list.Images {
					mark := ""
					if i.Retired != "" {
						mark = "retired"
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\t%s\n", clean(i.ID), clean(i.Model), clean(i.Version), i.Size, clean(i.Key), clean(i.Created), mark)
				}
				return w.Flush()
			})
		},
	}
	return finish(cmd, &asJSON)
}

func firmwareShow(settings Settings, ask Ask) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show ID", Short: "One image", Args: oneArg("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return inquire(cmd, settings, ask, http.MethodGet, "/admin/v1/firmware/"+url.PathEscape(args[0]), nil, asJSON, printImage)
		},
	}
	return finish(cmd, &asJSON)
}

func firmwareRetire(settings Settings, ask Ask) *cobra.Command {
	var (
		reason string
		asJSON bool
	)
	cmd := &cobra.Command{
		Use: "retire ID", Short: "Let nobody install an image any more", Args: oneArg("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			at := "/admin/v1/firmware/" + url.PathEscape(args[0]) + "/retire"
			return inquire(cmd, settings, ask, http.MethodPost, at, map[string]any{"reason": reason}, asJSON, printImage)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "kept in the audit log")
	return finish(cmd, &asJSON, "reason")
}

func printImage(out io.Writer, raw []byte) error {
	var i imageShown
	if err := json.Unmarshal(raw, &i); err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\n  model\t%s\n  version\t%s\n  size\t%d bytes, %d packets\n  sha256\t%s\n  signed with\t%s\n  uploaded\t%s by %s\n",
		clean(i.ID), clean(i.Model), clean(i.Version), i.Size, i.Packets, clean(i.SHA256), clean(i.Key), clean(i.Created), clean(i.By))
	if i.Notes != "" {
		fmt.Fprintf(w, "  notes\t%s\n", clean(i.Notes))
	}
	if i.Retired != "" {
		fmt.Fprintf(w, "  retired\t%s (%s)\n", clean(i.Retired), clean(i.Why))
	}
	return w.Flush()
}

// modelID finds a model by its name.
func modelID(cmd *cobra.Command, app *client.Client, name string) (int64, error) {
	var list struct {
		Models []struct {
			ID   int64  `json:"id"`
			Name string `json:"name"`
		} `json:"models"`
	}
	if err := app.Call(cmd.Context(), http.MethodGet, "/admin/v1/models", nil, &list); err != nil {
		return 0, failureOf(err)
	}
	for _, m := range list.Models {
		if m.Name == name {
			return m.ID, nil
		}
	}
	return 0, usage("there is no model %q", name)
}

// readImage reads an image and its signature, in base64.
func readImage(file, signature string) (content []byte, signed string, err error) {
	if signature == "" {
		signature = file + ".sig"
	}
	if content, err = os.ReadFile(file); err != nil { //nolint:gosec // the operator names the file
		return nil, "", usage("%v", err)
	}
	raw, err := os.ReadFile(signature) //nolint:gosec // as above
	if err != nil {
		return nil, "", usage("%v", err)
	}
	signed = string(bytes.TrimSpace(raw))
	if sig, err := base64.StdEncoding.DecodeString(signed); err != nil || len(sig) != 64 {
		return nil, "", usage("%s holds no signature: base64 of 64 bytes", signature)
	}
	if len(content) == 0 || len(content) > firmware.SizeLimit {
		return nil, "", usage("%s has %d bytes; an image has 1 to %d", file, len(content), firmware.SizeLimit)
	}
	return content, signed, nil
}
