package cli

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"rodada/domain/firmware"
)

func firmwareKeygen() *cobra.Command {
	var file, name string
	cmd := &cobra.Command{
		Use: "keygen", Short: "Make an operator's key", Args: noArgs,
		Long: "Makes an Ed25519 key, writes the private half to a file that only its owner may read (PKCS #8 in PEM, as openssl reads\n" +
			"it), and prints the public half as RODADA_FIRMWARE_KEYS takes it. A file that exists is left alone.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if name == "" || strings.TrimSpace(name) != name || strings.ContainsAny(name, ":,") {
				return usage("a key's name is neither empty nor has it blanks around it, a colon or a comma: %q", name)
			}
			public, private, err := ed25519.GenerateKey(rand.Reader)
			if err != nil {
				return err
			}
			der, err := x509.MarshalPKCS8PrivateKey(private)
			if err != nil {
				return err
			}
			f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator names the file
			if err != nil {
				return usage("%v", err)
			}
			if err := pem.Encode(f, &pem.Block{Type: "PRIVATE KEY", Bytes: der}); err != nil {
				return err
			}
			if err := f.Close(); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s:%s\n", name, base64.StdEncoding.EncodeToString(public))
			return err
		},
	}
	cmd.Flags().StringVar(&file, "key", "firmware.pem", "file for the private key")
	cmd.Flags().StringVar(&name, "name", "operator", "what the key is called")
	return finish(cmd, nil)
}

// statementFlags are what an image is said to be.
func statementFlags(cmd *cobra.Command, model, version *string) {
	cmd.Flags().StringVar(model, "model", "", "name of the model that it is for, letter by letter")
	cmd.Flags().StringVar(version, "version", "", "as the scooter will report it")
}

func firmwareSign() *cobra.Command {
	var file, model, version, out string
	cmd := &cobra.Command{
		Use: "sign FILE", Short: "Sign an image with the operator's key", Args: oneArg("FILE"),
		Long:    "Signs which bytes, of which version, are for which model, and writes the signature to FILE.sig. It needs no network.",
		Example: "  rodada firmware sign image.bin --key firmware.pem --model M1 --version 1.9",
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := privateKey(file)
			if err != nil {
				return err
			}
			content, err := os.ReadFile(args[0])
			if err != nil {
				return usage("%v", err)
			}
			s := firmware.StatementOf(model, version, content)
			if err := s.Check(); err != nil {
				return usage("%v", err)
			}
			if out == "" {
				out = args[0] + ".sig"
			}
			text := base64.StdEncoding.EncodeToString(s.Sign(key)) + "\n"
			if err := os.WriteFile(out, []byte(text), 0o644); err != nil { //nolint:gosec // a signature is for everybody
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%ssigned: %s\n", s.Text(), out)
			return err
		},
	}
	cmd.Flags().StringVar(&file, "key", "firmware.pem", "file with the private key")
	statementFlags(cmd, &model, &version)
	cmd.Flags().StringVar(&out, "out", "", "file for the signature, instead of FILE.sig")
	return finish(cmd, nil, "model", "version")
}

func firmwareVerify() *cobra.Command {
	var keys, model, version, signature string
	cmd := &cobra.Command{
		Use: "verify FILE", Short: "Check the signature of an image", Args: oneArg("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			known, err := firmware.ParseKeys(keys)
			if err != nil {
				return usage("--keys: %v", err)
			}
			content, signed, err := readImage(args[0], signature)
			if err != nil {
				return err
			}
			raw, err := base64.StdEncoding.DecodeString(signed)
			if err != nil {
				return err
			}
			name, err := known.Verify(firmware.StatementOf(model, version, content), raw)
			if err != nil {
				return &ExitError{Exit: ExitFailed, Text: err.Error()}
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "good: signed with %s\n", clean(name))
			return err
		},
	}
	cmd.Flags().StringVar(&keys, "keys", "", "public keys, as RODADA_FIRMWARE_KEYS has them")
	statementFlags(cmd, &model, &version)
	cmd.Flags().StringVar(&signature, "signature", "", "file with the signature, instead of FILE.sig")
	return finish(cmd, nil, "keys", "model", "version")
}

func privateKey(file string) (ed25519.PrivateKey, error) {
	text, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, usage("%v", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, usage("%s is no PEM file", file)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, isEd25519 := parsed.(ed25519.PrivateKey)
	if err != nil || !isEd25519 {
		return nil, usage("%s holds no Ed25519 key in PKCS #8", file)
	}
	return key, nil
}
