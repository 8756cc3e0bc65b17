using System.Diagnostics;
using System.Text.RegularExpressions;
using Mien.Imaging;
using Mien.TestSupport;
using SkiaSharp;

namespace Mien.Server.Tests;

/// <summary>What docs/serving.md shows is run as it stands, but for the port.</summary>
public sealed partial class ExamplesTests(ServedMien served) : IClassFixture<ServedMien>, IDisposable
{
    private static readonly string Document = File.ReadAllText(Path.Combine(TestData.Root, "docs", "serving.md"));

    private readonly TemporaryFolder _folder = Pictures();

    [Fact]
    public async Task The_curl_lines_read_faces_and_bring_the_picture_back()
    {
        string[] lines = [.. Block("bash", "curl").Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        Assert.Equal(3, lines.Length);
        foreach (string line in lines[..2])
            Assert.Equal(line.Contains("beach", StringComparison.Ordinal) ? 14 : 7,
                CountOf("\"label\"", await Run("curl", "bash", "-c", line)));
        await Run("curl", "bash", "-c", lines[2]);
        Assert.Equal(1000, Picture.Load(_folder.File("annotated.jpg")).Width);
    }

    [Fact]
    public async Task The_Python_lines_print_seven_faces()
    {
        await File.WriteAllTextAsync(_folder.File("example.py"), Block("python", "urllib"), TestContext.Current.CancellationToken);
        Seven(await Run("python3", "python3", "example.py"));
    }

    [Fact]
    public async Task The_JavaScript_lines_print_seven_faces()
    {
        await File.WriteAllTextAsync(_folder.File("example.mjs"), Block("javascript", "fetch"), TestContext.Current.CancellationToken);
        Seven(await Run("node", "node", "example.mjs"));
    }

    [Fact]
    public async Task The_C_sharp_lines_print_seven_faces()
    {
        string folder = Path.GetDirectoryName(_folder.File("party.jpg"))!;
        var program = new CompiledProgram(Block("csharp", "HttpClient")
            .Replace("File.OpenRead(\"", $"File.OpenRead(\"{folder}/", StringComparison.Ordinal));
        Seven(await program.Run());
    }

    [Fact]
    public void The_lines_for_an_app_of_one_s_own_compile()
    {
        var program = new CompiledProgram(Block("csharp", "MapMien"));
        Assert.NotNull(program.EntryPoint);
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private static void Seven(string printed)
    {
        string[] lines = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(7, lines.Length);
        Assert.All(lines, line => Assert.Contains(line.Split(' ')[0], FacialExpressions.Names));
    }

    private static int CountOf(string what, string text) => text.Split(what).Length - 1;

    private string Block(string language, string with)
    {
        Match block = Blocks().Matches(Document).First(each => each.Groups["language"].Value == language
            && each.Groups["text"].Value.Contains(with, StringComparison.Ordinal));
        return block.Groups["text"].Value.Replace("http://localhost:5000", served.Address.GetLeftPart(UriPartial.Authority),
            StringComparison.Ordinal);
    }

    private async Task<string> Run(string needed, string program, params string[] arguments)
    {
        bool installed = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, needed)));
        Assert.SkipUnless(installed, $"{needed} is not installed.");
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(_folder.File("party.jpg"))!
        };
        // The sample server is on this machine, whatever proxy stands before the rest.
        start.Environment["NO_PROXY"] = start.Environment["no_proxy"] = "127.0.0.1";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
        return output;
    }

    /// <summary>party.jpg and beach.jpg: the sample, as JPEG.</summary>
    private static TemporaryFolder Pictures()
    {
        TemporaryFolder folder = TestData.NewFolder("examples");
        using SKBitmap sample = SKBitmap.Decode(ServedMien.Sample);
        using SKData data = sample.Encode(SKEncodedImageFormat.Jpeg, 95);
        foreach (string name in (string[])["party.jpg", "beach.jpg"])
            File.WriteAllBytes(folder.File(name), data.ToArray());
        return folder;
    }

    [GeneratedRegex("```(?<language>\\w+)\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
