using System.Formats.Tar;
using System.IO.Compression;

namespace Mien.Training.Datasets;

/// <summary>Reads FER2013 in each shape a person meets it: table, zip or tar archive of one, folder tree of pictures.</summary>
public static class DatasetReader
{
    private const string Shapes = "fer2013.csv, a .zip or .tar.gz that holds it, or a folder train/<label>/*.jpg, or a manifest with the columns file and label";

    /// <summary>Reads a data set into memory. The shape is told from the content, not from the name.</summary>
    /// <param name="path">CSV file, zip, tar, tar.gz, gz, or folder.</param>
    /// <param name="options">What to do with damaged rows; null for the default.</param>
    /// <returns>Faces of 48x48 pixels in the order of the source.</returns>
    /// <exception cref="MienException">The path is absent, no data set, or damaged: the message names file, row and expectation.</exception>
    public static LoadedDataset Load(string path, DatasetOptions? options = null)
    {
        using var builder = new FaceTableBuilder(Fer2013Csv.Side, options ?? DatasetOptions.Default);
        var notes = new List<string>();
        string source;
        try
        {
            source = Directory.Exists(path)
                ? ReadFolder(path, builder, notes)
                : ReadFile(path, () => OpenFile(path), builder, notes);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new MienException($"{path}: damaged or cut off ({e.Message}). Fetch the file again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{path}: can't be read ({e.Message}).", e);
        }

        if (builder.Count == 0)
        {
            if (builder.Search is { WithoutFace: [var first, ..] without })
                throw new MienException($"{source}: no face found in any of its {without.Count} photos, the first {first}. Leave --faces detect out where pictures are faces already, or pass a smaller --min-face.");
            throw new MienException(builder.BadRows.Count > 0
                ? $"{source}: none of its {builder.BadRows.Count} rows can be read. The first: {builder.BadRows[0]}"
                : $"{source}: no faces in it. Expected {Shapes}.");
        }

        return new LoadedDataset(builder.Build(), source, builder.Sizes, builder.BadRows, notes) { Origins = builder.Origins, Search = builder.Search };
    }

    private static FileStream OpenFile(string path)
    {
        if (!File.Exists(path))
            throw new MienException($"{path}: not found. Expected {Shapes}.");
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        // The shape is told by reading the beginning twice, which a pipe can't do.
        string? wrong = !stream.CanSeek ? "not an ordinary file" : stream.Length == 0 ? "empty file" : null;
        if (wrong is null)
            return stream;
        stream.Dispose();
        throw new MienException($"{path}: {wrong}. Expected {Shapes}.");
    }

    private static string ReadFile(string name, Func<Stream> open, FaceTableBuilder builder, List<string> notes)
    {
        byte[] start = new byte[512];
        int length;
        using (Stream stream = open())
            length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        ReadOnlySpan<byte> head = start.AsSpan(0, length);
        if (File.Exists(name) && Manifest.Is(name, head))
            return ReadManifest(name, head, builder);
        if (head.StartsWith("PK\x03\x04"u8))
            return ReadZip(name, open, builder, notes);
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]))
            return ReadFile(name, () => new GZipStream(open(), CompressionMode.Decompress), builder, notes);
        if (head.Length >= 262 && head[257..].StartsWith("ustar"u8))
            return ReadTar(name, open, builder, notes);
        if (head.Contains((byte)0))
            throw new MienException($"{name}: neither text nor a zip or tar archive. Expected {Shapes}.");
        Stream table = open();
        Fer2013Csv.Read(table, name, table.CanSeek ? table.Length : null, SplitByName(name), builder);
        return name;
    }

    private static string ReadManifest(string name, ReadOnlySpan<byte> head, FaceTableBuilder builder)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(name))!;
        var pictures = new List<LabelledPicture>();
        foreach (ManifestRow row in Manifest.Read(name, head))
        {
            string where = $"{name}, line {row.Line}";
            Split split = default;
            if (row.File is null || row.Label is null)
                builder.Bad($"{where}: no {(row.File is null ? "file" : "label")}. Expected both.");
            else if (row.Split is not null && !Splits.TryParseUsage(System.Text.Encoding.UTF8.GetBytes(row.Split), out split) && !Splits.TryParseFolder(row.Split, out split))
                builder.Bad($"{where}: split \"{row.Split}\", expected train, validation or test (or Training, PublicTest, PrivateTest).");
            else
                pictures.Add(new LabelledPicture($"{where}: {row.File}", new PictureFile(row.File, () => File.OpenRead(Path.Combine(folder, row.File))), row.Label, row.Split is null ? null : split, new FaceOrigin(row.File, row.Line, row.Group)));
        }

        FolderDataset.Read(pictures, builder);
        return name;
    }

    private static string ReadZip(string name, Func<Stream> open, FaceTableBuilder builder, List<string> notes)
    {
        using Stream stream = open();
        using ZipArchive? archive = CutZip.TryOpen(stream);
        if (archive is null)
            return CutZip.Read(stream, name, SplitByName, builder);
        var tables = new List<Table>();
        foreach (ZipArchiveEntry entry in archive.Entries.Where(entry => HasExtension(entry.Name, ".csv")))
            tables.Add(new Table($"{name}/{entry.FullName}", entry.Length, entry.Open, HeaderOf(entry.Open)));
        if (Choose(tables, notes) is { Count: > 0 } chosen)
            return ReadTables(name, chosen, builder);
        ThrowIfUnlabelled(tables);

        if (archive.Entries.FirstOrDefault(entry => HasExtension(entry.Name, ".tar.gz", ".tgz", ".tar", ".zip")) is { } nested)
        {
            // Read once into memory: shapes are told by reading twice, and zip entries can't be read backwards.
            using var copy = new MemoryStream();
            using (Stream inner = nested.Open())
                inner.CopyTo(copy);
            byte[] bytes = copy.ToArray();
            return ReadFile($"{name}/{nested.FullName}", () => new MemoryStream(bytes), builder, notes);
        }

        // A zip archive has one position: its pictures are read one after another, and decoded side by side.
        FolderDataset.Read(name, archive.Entries.Where(entry => FolderDataset.IsPicture(entry.FullName))
            .Select(entry => new PictureFile(entry.FullName, entry.Open)).OrderBy(file => file.Path, StringComparer.Ordinal), builder);
        return name;
    }

    private static string ReadTar(string name, Func<Stream> open, FaceTableBuilder builder, List<string> notes)
    {
        var tables = new List<Table>();
        using (var tar = new TarReader(open()))
        {
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.DataStream is null || !HasExtension(entry.Name, ".csv") || Path.GetFileName(entry.Name).StartsWith('.'))
                    continue;
                string member = entry.Name;
                var table = new Table($"{name}/{member}", entry.Length, () => OpenMember(open, member), Fer2013Csv.ReadHeader(entry.DataStream));
                tables.Add(table);
                // The rest of a compressed archive can't be skipped for free: a complete table is good enough.
                if (table.Header.IsComplete)
                    break;
            }
        }

        if (Choose(tables, notes) is { Count: > 0 } chosen)
            return ReadTables(name, chosen, builder);
        ThrowIfUnlabelled(tables);

        // Encoded pictures are small (FER2013: 60 MB): all are held for the sake of the order that a folder has.
        using (var tar = new TarReader(open()))
            FolderDataset.Read(name, Pictures(tar).OrderBy(file => file.Path, StringComparer.Ordinal), builder);
        return name;
    }

    private static IEnumerable<PictureFile> Pictures(TarReader tar)
    {
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            if (entry.DataStream is { } data && FolderDataset.IsPicture(entry.Name))
                yield return new PictureFile(entry.Name, () => data);
        }
    }

    private static Stream OpenMember(Func<Stream> open, string member)
    {
        var tar = new TarReader(open());
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name == member && entry.DataStream is { } data)
                return data;
        }

        throw new InvalidDataException($"{member} is no longer in the archive");
    }

    private static string ReadFolder(string path, FaceTableBuilder builder, List<string> notes)
    {
        var files = Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 8 })
            .Select(file => Path.GetRelativePath(path, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)
            .ToArray();
        var tables = files.Where(file => HasExtension(file, ".csv"))
            .Select(file => Path.Combine(path, file))
            .Select(file => new Table(file, Length: null, () => OpenFile(file), HeaderOf(() => OpenFile(file))))
            .ToList();
        PictureFile[] pictures = [.. files.Where(FolderDataset.IsPicture).Select(file => new PictureFile(file, () => File.OpenRead(Path.Combine(path, file))))];
        if (Choose(tables, notes) is { Count: > 0 } chosen)
            return ReadTables(path, chosen, builder);
        if (pictures.Length == 0)
        {
            ThrowIfUnlabelled(tables);
            throw new MienException($"{path}: neither a table nor pictures in it. Expected {Shapes}.");
        }

        FolderDataset.Read(path, pictures, builder);
        return path;
    }

    /// <summary>
    /// The tables to read: the first by name that has Usage; where none has, one for each split that the names say, as
    /// train.csv and test.csv.
    /// </summary>
    private static List<Table> Choose(List<Table> tables, List<string> notes)
    {
        Table[] labelled = [.. tables.Where(table => table.Header.HasLabels).OrderBy(table => table.Name, StringComparer.Ordinal)];
        List<Table> chosen = labelled.FirstOrDefault(table => table.Header.IsComplete) is { } complete
            ? [complete]
            : [.. labelled.DistinctBy(table => SplitByName(table.Name)).OrderBy(table => SplitByName(table.Name))];
        foreach (Table other in tables.Where(table => chosen.Count > 0 && !chosen.Contains(table)))
            notes.Add(other.Header.HasLabels ? $"{other.Name}: passed over for {chosen.Find(table => table.Header.IsComplete || SplitByName(table.Name) == SplitByName(other.Name))!.Name}" : $"{other.Name}: passed over, its rows have no labels");
        return chosen;
    }

    private static void ThrowIfUnlabelled(List<Table> tables)
    {
        if (tables.Count > 0)
            throw new MienException($"{tables[0].Name}: no columns emotion and pixels, so its rows can't be learnt from or judged. Expected {Shapes}.");
    }

    private static string ReadTables(string container, List<Table> tables, FaceTableBuilder builder)
    {
        foreach (Table table in tables)
            Fer2013Csv.Read(table.Open(), table.Name, table.Length, SplitByName(table.Name), builder);
        return tables.Count == 1 ? tables[0].Name : $"{container} ({string.Join(" and ", tables.Select(table => Path.GetFileName(table.Name)))})";
    }

    /// <summary>What a table without Usage holds, by its name: test.csv or validation.csv, else Training.</summary>
    private static Split SplitByName(string name) =>
        Splits.TryParseFolder(Path.GetFileNameWithoutExtension(name), out Split split) ? split : Split.Training;

    private static bool HasExtension(string name, params ReadOnlySpan<string> extensions)
    {
        foreach (string extension in extensions)
        {
            if (name.EndsWith(extension, StringComparison.OrdinalIgnoreCase) && !Path.GetFileName(name).StartsWith("._", StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static Fer2013Csv.Header HeaderOf(Func<Stream> open)
    {
        using Stream stream = open();
        return Fer2013Csv.ReadHeader(stream);
    }

    /// <summary>A CSV file with the columns that its first line names; its length in bytes where an archive says so.</summary>
    private sealed record Table(string Name, long? Length, Func<Stream> Open, Fer2013Csv.Header Header);
}
