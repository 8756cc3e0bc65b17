#!/usr/bin/env bash
# Builds the reference of the command line (from its help) and of the API (DocFX, from the XML docs) in artifacts/reference.
# Open artifacts/reference/site/index.html afterwards. Search needs a server: artifacts/tools/docfx serve artifacts/reference/site
set -euo pipefail
cd "$(dirname "$0")/.."
out=artifacts/reference
program=src/Mien.Cli/bin/Release/net10.0
docfx=artifacts/tools/docfx

dotnet build -c Release src/Mien.Cli --nologo -v quiet
rm -rf "$out"
mkdir -p "$out/bin"

# The names of the verbs, from the shell completion.
verbs() { "$program/mien" "[suggest:${#1}]" "$1" | grep -E '^[a-z]+$'; }
page() { printf '\n## mien %s\n\n```text\n' "$1"; COLUMNS=100 "$program/mien" $1 --help-all; printf '```\n'; }
{
    echo "# Command line"
    for verb in $(verbs "mien "); do
        page "$verb"
        if "$program/mien" "$verb" --help | grep -q '^Verbs:'; then
            for inner in $(verbs "mien $verb "); do page "$verb $inner"; done
        fi
    done
} > "$out/cli.md"

# DocFX reads the assemblies and their XML docs, and finds their references in the same folder.
cp "$program"/*.dll "$program"/Mien.*.xml "$out/bin"
[ -x "$docfx" ] || dotnet tool install docfx --tool-path artifacts/tools > /dev/null
printf -- '- name: Command line\n  href: cli.md\n- name: API\n  href: api/\n' > "$out/toc.yml"
printf '# Mien\n\n- [Command line](cli.md)\n- [API](api/toc.yml)\n' > "$out/index.md"
cat > "$out/docfx.json" <<'JSON'
{
  "metadata": [{ "src": [{ "src": "bin", "files": ["Mien.Inference.dll", "Mien.Training.dll", "Mien.Server.dll"] }], "dest": "api" }],
  "build": {
    "content": [{ "files": ["*.md", "toc.yml", "api/**.yml"] }],
    "output": "site",
    "template": ["default", "modern"],
    "globalMetadata": { "_appTitle": "Mien", "_enableSearch": true }
  }
}
JSON
"$docfx" "$out/docfx.json" --logLevel warning
rm -rf "$out/bin"
echo "$out/site/index.html"
