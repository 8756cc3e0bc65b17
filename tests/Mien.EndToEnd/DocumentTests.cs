using System.Text.RegularExpressions;
using Mien.TestSupport;

namespace Mien.EndToEnd;

/// <summary>What the documents show, run: commands line by line in one folder, programs built and run in it.</summary>
public partial class DocumentTests(ITestOutputHelper output)
{
    // Need a camera, a cluster, a video, or never end: tested elsewhere or, for the first two, not at all.
    private static readonly string[] Elsewhere = ["/dev/video", "srun", "clip.mp4", "mien serve"];

    /// <summary>In the order in which a newcomer reads them.</summary>
    public static TheoryData<string> Documents => ["README.md", "docs/first-prediction.md", "docs/own-data.md", "docs/training.md",
        "docs/report.md", "docs/scale.md"];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_command_that_a_document_shows_succeeds(string document)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "The documents' commands are written for bash.");
        using var sandbox = new DocumentSandbox();
        if (document == "docs/report.md")
            Assert.Equal(0, sandbox.Shell("mien train --data archive.zip --arch plain --epochs 1 --out runs/mine").ExitCode);
        int run = 0;
        foreach (Match block in Blocks().Matches(Text(document)))
        {
            if (block.Groups["language"].Value == "json")
                File.WriteAllText(sandbox.File("recipe.json"), block.Groups["text"].Value);
            if (block.Groups["language"].Value != "bash")
                continue;
            foreach (string line in block.Groups["text"].Value.Split('\n').Where(line => line.Contains("mien ", StringComparison.Ordinal)))
            {
                if (line.StartsWith("dotnet ", StringComparison.Ordinal) || line.StartsWith('#')
                    || Elsewhere.Any(word => line.Contains(word, StringComparison.Ordinal)))
                    continue;
                (int exit, string printed) = sandbox.Shell(line);
                Assert.True(exit == 0, $"{document}: {line}\n{printed}");
                output.WriteLine(line);
                run++;
            }
        }

        Assert.True(run > 0, $"{document} shows no command.");
    }

    [Fact]
    public void Every_program_that_a_document_shows_is_built_and_runs()
    {
        using var sandbox = new DocumentSandbox();
        var programs = new List<(string Document, string Text)>();
        foreach (string document in Documents.Select(row => row.Data).Where(document => document != "README.md"))
            programs.AddRange(Blocks().Matches(Text(document)).Where(block => block.Groups["language"].Value == "csharp")
                .Select(block => (document, block.Groups["text"].Value)));
        Assert.True(programs.Count >= 4);

        Directory.CreateDirectory(sandbox.File("programs"));
        // The versions that the referenced projects are built with.
        File.Copy(Path.Combine(TestData.Root, "Directory.Packages.props"), sandbox.File("Directory.Packages.props"));
        File.WriteAllText(sandbox.File("programs/programs.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <ProjectReference Include="{TestData.Root}/src/Mien.Training/Mien.Training.csproj" />
              </ItemGroup>
              <Import Project="{TestData.Root}/src/Mien.Training/buildTransitive/Mien.Training.targets" />
            </Project>
            """);
        // One build for all: each program becomes a method.
        File.WriteAllText(sandbox.File("programs/Program.cs"), $$"""
            switch (args[0])
            {
                {{string.Join("\n", programs.Select((_, i) => $"case \"{i}\": await Program{i}.Run(); break;"))}}
            }
            """);
        for (int i = 0; i < programs.Count; i++)
        {
            string[] lines = programs[i].Text.Split('\n');
            // Written as tasks whether or not they wait for anything.
            File.WriteAllText(sandbox.File($"programs/Program{i}.cs"), $$"""
                #pragma warning disable CS1998
                {{string.Join('\n', lines.Where(IsUsing))}}
                internal static class Program{{i}}
                {
                    public static async Task Run()
                    {
                        {{string.Join('\n', lines.Where(line => !IsUsing(line)))}}
                    }
                }
                """);
        }

        (int built, string log) = sandbox.Shell("dotnet build -c Release programs -o programs/out --nologo -v quiet");
        Assert.True(built == 0, log);
        for (int i = 0; i < programs.Count; i++)
        {
            (int exit, string printed) = sandbox.Shell($"dotnet programs/out/programs.dll {i}");
            Assert.True(exit == 0 && printed.Length > 0, $"{programs[i].Document}:\n{programs[i].Text}\n{printed}");
            output.WriteLine(printed);
        }
    }

    private static string Text(string document) => File.ReadAllText(Path.Combine(TestData.Root, document));

    // A using directive; a using declaration has an equals sign.
    private static bool IsUsing(string line) => line.StartsWith("using ", StringComparison.Ordinal) && !line.Contains('=');

    [GeneratedRegex("```(?<language>\\w+)\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
