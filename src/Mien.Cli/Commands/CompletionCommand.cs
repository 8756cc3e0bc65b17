using System.CommandLine;

namespace Mien.Cli.Commands;

/// <summary>mien completion</summary>
/// <remarks>The scripts ask the program itself, by System.CommandLine's `[suggest:POSITION]`, so they never go out of date.</remarks>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["bash"] = """
            _mien() {
                local IFS=$'\n'
                COMPREPLY=($(mien "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null))
            }
            complete -o default -F _mien mien
            """,
        ["zsh"] = """
            _mien() {
                local -a found
                found=("${(@f)$(mien "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
                [[ -n "${found}" ]] && compadd -- "${found[@]}" || _files
            }
            compdef _mien mien
            """,
        ["powershell"] = """
            Register-ArgumentCompleter -Native -CommandName mien -ScriptBlock {
                param($word, $command, $cursor)
                mien "[suggest:$cursor]" "$command" | Where-Object { $_ } | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }
            """,
    };

    public static Command Create(Terminal terminal)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or powershell." };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new Command("completion", "Prints a script that completes verbs and options in a shell.") { shell };
        command.SetAction(parsed =>
        {
            terminal.Output.WriteLine(Scripts[parsed.GetValue(shell)!]);
            return ExitCode.Ok;
        });
        return command;
    }
}
