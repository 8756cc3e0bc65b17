using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Mien.Imaging;
using Mien.TestSupport;

namespace Mien.EndToEnd;

/// <summary>A folder with the files that the documents speak of, small and made up, in which their commands run.</summary>
internal sealed class DocumentSandbox : IDisposable
{
    private const int Side = 64;
    private static readonly string[] Labels = ["joy", "sad", "bored"];

    private readonly TemporaryFolder _folder = TestData.NewFolder();

    public DocumentSandbox()
    {
        MadeUpTable.Write(File("fer2013.csv"));
        MadeUpTable.WriteVotes(File("fer2013new.csv"));
        using (ZipArchive archive = ZipFile.Open(File("archive.zip"), ZipArchiveMode.Create))
            archive.CreateEntryFromFile(File("fer2013.csv"), "fer2013.csv");
        System.IO.File.Copy(File("archive.zip"), File("fer2013.zip"));
        string faces = System.IO.Path.Combine(TestData.Root, "samples", "average-faces.png");
        foreach (string photo in (string[])["party.jpg", "photos/one.jpg", "photos/two.jpg", "photos/trip/IMG_1.jpg"])
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(File(photo))!);
            System.IO.File.Copy(faces, File(photo));
        }

        WriteSingleFaces(Picture.Load(faces));
        System.IO.File.WriteAllText(File("list.txt"), "photos/one.jpg\nphotos/two.jpg\n");
        System.IO.File.WriteAllText(File("last"), "");
        System.IO.File.SetLastWriteTimeUtc(File("last"), DateTime.UnixEpoch);
        WriteManifest();
        CopyFolder("models");
        Directory.CreateDirectory(File("sweeps"));
        System.IO.File.WriteAllText(File("sweeps/variants.json"), """{ "base": { "architecture": "plain", "epochs": 1, "threads": 1 }, "variants": { "one": { }, "two": { "learningRate": 0.1 } } }""");
        // The documents call the program by its name. Runs that name no number of epochs are cut to two: their 40 or 100 prove nothing
        // more.
        System.IO.File.WriteAllText(File("mien"), $"""
            #!/bin/sh
            case "$*" in
              train*'--recipe fer2013'*|train*'--recipe ferplus'*) set -- "$@" --epochs 2 ;;
              *--resume*|*--epochs*|*--recipe*) ;;
              train*) set -- "$@" --epochs 2 ;;
            esac
            exec dotnet '{MienProcess.Program}' "$@"
            """);
        if (!OperatingSystem.IsWindows())
            System.IO.File.SetUnixFileMode(File("mien"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public string Path => _folder.Path;

    public string File(string name) => _folder.File(name);

    /// <summary>Runs a line of shell with the program on its path.</summary>
    public (int ExitCode, string Printed) Shell(string line)
    {
        var info = new ProcessStartInfo("/bin/bash", ["-c", $"exec 2>&1; {line}"])
        {
            WorkingDirectory = Path,
            RedirectStandardOutput = true
        };
        info.Environment["PATH"] = $"{Path}:{Environment.GetEnvironmentVariable("PATH")}";
        using Process process = Process.Start(info)!;
        string printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, printed);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Each of the seven average faces in photos of its own, a little elsewhere in each: enough to be labeled and learned
    /// from.</summary>
    private void WriteSingleFaces(Picture sheet)
    {
        const int Columns = 4, Faces = 7, Copies = 4, Edge = 10;
        byte[] all = sheet.ToRgba();
        (int width, int height) = (sheet.Width / Columns, sheet.Height / 2);
        for (int i = 0; i < Faces * Copies; i++)
        {
            (int face, int shift) = (i / Copies, i % Copies * Edge / Copies);
            byte[] photo = new byte[(width - Edge) * (height - Edge) * 4];
            for (int y = 0; y < height - Edge; y++)
            {
                int from = (face / Columns * height + y + shift) * sheet.Width + face % Columns * width + shift;
                all.AsSpan(from * 4, (width - Edge) * 4).CopyTo(photo.AsSpan(y * (width - Edge) * 4));
            }

            System.IO.File.WriteAllBytes(File($"photos/face-{i}.png"), Picture.FromRgba(photo, width - Edge, height - Edge).ToPng());
        }
    }

    /// <summary>Pictures of noise with a bright bar whose place is the label, a group of four each, one of them as face.png too.</summary>
    private void WriteManifest()
    {
        var random = new Random(2);
        var rows = new StringBuilder("file,label,group\n");
        Directory.CreateDirectory(File("own"));
        for (int i = 0; i < 90; i++)
        {
            int label = i % Labels.Length;
            byte[] gray = [.. Enumerable.Range(0, Side * Side).Select(p => (byte)(random.Next(64) + (p / Side / 22 == label ? 180 : 0)))];
            System.IO.File.WriteAllBytes(File($"own/{i}.png"), Picture.FromGray(gray, Side, Side).ToPng());
            rows.Append($"own/{i}.png,{Labels[label]},{i / 4}\n");
        }

        System.IO.File.WriteAllText(File("faces.csv"), rows.ToString());
        System.IO.File.Copy(File("own/0.png"), File("face.png"));
    }

    private void CopyFolder(string name)
    {
        Directory.CreateDirectory(File(name));
        foreach (string file in Directory.EnumerateFiles(System.IO.Path.Combine(TestData.Root, name)))
            System.IO.File.Copy(file, File(System.IO.Path.Combine(name, System.IO.Path.GetFileName(file))));
    }
}
