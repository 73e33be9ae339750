// Command compose reads compose files as Docker Compose does, checks them against the
// specification's schema, resolves what they refer to, and prints the project as JSON.
//
//	go run . --env-file .env ../../docker-compose.yml [OVERRIDE...]
//
// What is wrong is one line on stderr and exit code 1.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	environment := flag.String("env-file", "", "file of NAME=value lines")
	flag.Parse()
	text, err := project(*environment, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(string(text))
}

func project(environment string, files []string) ([]byte, error) {
	options, err := cli.NewProjectOptions(
		files,
		cli.WithEnvFiles(environment),
		cli.WithDotEnv,
		cli.WithProfiles([]string{"*"}),
	)
	if err != nil {
		return nil, err
	}
	found, err := options.LoadProject(context.Background())
	if err != nil {
		return nil, err
	}
	return found.MarshalJSON()
}
