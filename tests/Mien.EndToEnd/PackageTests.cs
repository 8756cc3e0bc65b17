using System.Diagnostics;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Reflection.Metadata;
using System.Text.Json;
using System.Xml.Linq;
using Mien.TestSupport;

namespace Mien.EndToEnd;

/// <summary>The packages as files, and each installed from a folder into an empty project.</summary>
[Collection(nameof(PackedFeed))]
public class PackageTests(PackedFeed packed, ITestOutputHelper output)
{
    private static readonly string Faces = Path.Combine(TestData.Root, "samples", "average-faces.png");

    // SourceLink and EmbeddedSource of the Portable PDB format.
    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    [Theory]
    [InlineData("Mien", "lib/net10.0/Mien.Inference.xml")]
    [InlineData("Mien.Accurate", null)]
    [InlineData("Mien.Fer2013", null)]
    [InlineData("Mien.Training", "lib/net10.0/Mien.Training.xml")]
    [InlineData("Mien.Server", "lib/net10.0/Mien.Server.xml")]
    [InlineData("Mien.Hosting", "lib/net10.0/Mien.Hosting.xml")]
    [InlineData("Mien.Cli", null)]
    public void A_package_carries_read_me_license_icon_and_documentation(string id, string? documentation)
    {
        using ZipArchive package = ZipFile.OpenRead(packed.File(id));
        output.WriteLine($"{id} {packed.Version}: {new FileInfo(packed.File(id)).Length / 1e6:F1} MB");
        foreach (string file in (string[])["README.md", "icon.png", "THIRD-PARTY-NOTICES.md", .. documentation is null ? []
            : (string[])[documentation]])
            Assert.True(package.GetEntry(file) is { Length: > 500 }, file);
        XElement metadata = Metadata(package, id);
        string Of(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;
        Assert.Equal("MIT", Of("license"));
        Assert.Equal("icon.png", Of("icon"));
        Assert.Equal("README.md", Of("readme"));
        Assert.InRange(Of("description").Length, 40, 400);
        // Of the commit where there is a checkout; an archive of the sources has none.
        if (Path.Exists(Path.Combine(TestData.Root, ".git")))
            Assert.Equal(40, metadata.Elements().Single(element => element.Name.LocalName == "repository")
                .Attribute("commit")!.Value.Length);
    }

    [Theory]
    [InlineData("Mien", "lib/net10.0/Mien.Inference.pdb")]
    [InlineData("Mien.Training", "lib/net10.0/Mien.Training.pdb")]
    [InlineData("Mien.Server", "lib/net10.0/Mien.Server.pdb")]
    public void The_symbols_lead_to_the_sources(string id, string pdb)
    {
        using ZipArchive package = ZipFile.OpenRead(packed.File(id, "snupkg"));
        using var bytes = new MemoryStream();
        using (Stream entry = package.GetEntry(pdb)!.Open())
            entry.CopyTo(bytes);
        bytes.Position = 0;
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(bytes);
        MetadataReader reader = provider.GetMetadataReader();
        HashSet<Guid> kinds = [.. reader.CustomDebugInformation.Select(handle =>
            reader.GetGuid(reader.GetCustomDebugInformation(handle).Kind))];
        output.WriteLine(kinds.Contains(SourceLink) ? "Source Link" : "sources inside");
        Assert.True(kinds.Contains(SourceLink) || kinds.Contains(EmbeddedSource));
    }

    [Fact]
    public void The_library_depends_on_ONNX_Runtime_SkiaSharp_and_LibTiff_alone()
    {
        using ZipArchive package = ZipFile.OpenRead(packed.File("Mien"));
        string[] dependencies = [.. Metadata(package, "Mien").Descendants().Where(element => element.Name.LocalName == "dependency")
            .Select(element => element.Attribute("id")!.Value)];
        Assert.All(dependencies, id =>
            Assert.Matches("^(Microsoft\\.ML\\.OnnxRuntime|SkiaSharp|BitMiracle\\.LibTiff\\.NET|System\\.Numerics\\.Tensors)", id));
    }

    [Fact]
    public void The_five_lines_of_the_librarys_read_me_run_in_an_empty_project()
    {
        long begun = Stopwatch.GetTimestamp();
        string project = NewProject("console", "First", "Mien");
        string printed = packed.Use(project, "run", "--", Faces);
        output.WriteLine($"{Stopwatch.GetElapsedTime(begun).TotalSeconds:F0} s from `dotnet new console` to the answer\n{printed}");
        string[] lines = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(7, lines.Length);
        Assert.All(lines, line => Assert.Matches(@"^\d+,\d+ \d+x\d+ [a-z]+ \d+\s?%", line));
        Assert.Contains("happy", printed, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(project, "*", SearchOption.AllDirectories),
            file => file.Contains("torch", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("Mien.Accurate")]
    [InlineData("Mien.Fer2013")]
    public void The_lines_of_a_models_read_me_run_in_an_empty_project(string package)
    {
        string project = NewProject("console", package.Replace("Mien.", "With", StringComparison.Ordinal), package);
        string printed = packed.Use(project, "run", "--", Faces);
        output.WriteLine(printed);
        Assert.Equal(7, printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(project, "bin"), $"{package}*", SearchOption.AllDirectories),
            file => file.EndsWith(".dll", StringComparison.Ordinal));
    }

    [Fact]
    public void The_lines_of_the_trainers_read_me_train_and_judge_in_an_empty_project()
    {
        string project = NewProject("console", "Training", "Mien.Training");
        string data = Path.Combine(project, "faces.csv");
        MadeUpTable.Write(data);
        // Of one system: libtorch for all of them is more than a gigabyte to copy.
        string printed = packed.Use(project, "run", "-r", PackedFeed.System, "--", data);
        output.WriteLine(printed);
        Assert.EndsWith("of 28 faces", printed.Trim(), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(project, "runs/first/model.onnx")));
    }

    [Fact]
    public async Task The_lines_of_the_servers_read_me_answer_in_an_empty_web_app_until_SIGTERM()
    {
        Assert.SkipUnless(File.Exists("/bin/kill"), "No kill to send SIGTERM with.");
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string project = NewProject("web", "Served", "Mien.Server");
        packed.Use(project, "build");
        // The program itself: `dotnet run` would stand between it and the signal.
        using Process process = MienProcess.Start(Path.Combine(project, "bin/Debug/net10.0/Served.dll"), ["--urls", "http://127.0.0.1:0"],
            project);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        const string Listening = "Now listening on: ";
        string? line;
        do
            line = await process.StandardOutput.ReadLineAsync(cancellationToken);
        while (line?.Contains(Listening, StringComparison.Ordinal) == false);
        Assert.True(line is not null, "It ended before it listened.");
        Task<string> log = process.StandardOutput.ReadToEndAsync(cancellationToken);

        using var client = new HttpClient
        {
            BaseAddress = new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal)
            + Listening.Length)..])
        };
        Assert.Equal("Healthy", await client.GetStringAsync("/healthz", cancellationToken));
        using var picture = new ByteArrayContent(await File.ReadAllBytesAsync(Faces, cancellationToken));
        picture.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        HttpResponseMessage answer = await client.PostAsync("/v1/expressions", picture, cancellationToken);
        using JsonDocument json = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellationToken));
        string[] labels = [.. json.RootElement.GetProperty("pictures")[0].GetProperty("faces").EnumerateArray()
            .Select(face => face.GetProperty("label").GetString()!)];
        output.WriteLine(string.Join(' ', labels));
        Assert.Equal(7, labels.Length);
        Assert.Contains("happy", labels);

        Process.Start("/bin/kill", ["-TERM", $"{process.Id}"])!.WaitForExit();
        await process.WaitForExitAsync(cancellationToken);
        Assert.True(process.ExitCode == 0, await error + await log);
    }

    [Fact]
    public void The_tool_is_installed_predicts_and_finds_libtorch()
    {
        string folder = packed.NewProject("tool");
        output.WriteLine($"{new FileInfo(packed.File($"Mien.Cli.{PackedFeed.System}")).Length / 1e6:F0} MB");
        packed.Use(folder, "tool", "install", "Mien.Cli", "--tool-path", "bin", "--version", packed.Version);
        Assert.Contains("7 faces", Tool("predict", Faces), StringComparison.Ordinal);
        foreach (string model in Models.All.Select(model => model.Name))
            Assert.Contains("7 faces", Tool("predict", Faces, "--model", model), StringComparison.Ordinal);
        Assert.Contains("Conv2d", Tool("model", "summary", "--arch", "plain"), StringComparison.Ordinal);
        Assert.StartsWith(packed.Version, Tool("--version"), StringComparison.Ordinal);

        string Tool(params string[] arguments)
        {
            var info = new ProcessStartInfo(Path.Combine(folder, "bin", OperatingSystem.IsWindows() ? "mien.exe" : "mien"),
                arguments)
            { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(info)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string printed = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, error.Result);
            return printed;
        }
    }

    /// <summary>`dotnet new`, the package, the read-me's lines.</summary>
    private string NewProject(string template, string name, string package)
    {
        string project = packed.NewProject(name);
        packed.Use(project, "new", template, "--no-restore");
        packed.Use(project, "package", "add", package, "--version", packed.Version);
        File.WriteAllText(Path.Combine(project, "Program.cs"), packed.ReadmeCode(package));
        return project;
    }

    private static XElement Metadata(ZipArchive package, string id)
    {
        using Stream nuspec = package.GetEntry($"{id}.nuspec")!.Open();
        return XDocument.Load(nuspec).Root!.Elements().Single();
    }
}
