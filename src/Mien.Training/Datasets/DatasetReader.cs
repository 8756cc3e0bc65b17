using System.Formats.Tar;
using System.IO.Compression;

namespace Mien.Training.Datasets;

/// <summary>Reads FER2013 in each shape a person meets it: table, zip or tar archive of one, folder tree of pictures.</summary>
public static class DatasetReader
{
    private const int MostArchives = 4;

    private const string Shapes = "fer2013.csv, a .zip or .tar.gz that holds it, or a folder train/<label>/*.jpg, or a manifest with the "
        + "columns file and label";

    /// <summary>Reads a data set into memory. The shape is told from the content, not from the name.</summary>
    /// <param name="path">CSV file, zip, tar, tar.gz, gz, or folder.</param>
    /// <param name="options">What to do with damaged rows; null for the default.</param>
    /// <returns>Faces of 48x48 pixels in the order of the source.</returns>
    /// <exception cref="MienException">The path is absent, no data set, or damaged: the message names file, row and
    /// expectation.</exception>
    public static LoadedDataset Load(string path, DatasetOptions? options = null)
    {
        using var builder = new FaceTableBuilder(Fer2013Csv.Side, options ?? DatasetOptions.Default);
        string source;
        try
        {
            source = Directory.Exists(path)
                ? ReadFolder(path, builder)
                : ReadFile(path, () => OpenFile(path), builder);
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
                throw new MienException($"{source}: no face found in any of its {without.Count} photos, the first {first}. Leave --faces "
                    + "detect out where pictures are faces already, or pass a smaller --min-face.");
            throw new MienException(builder.BadRows.Count > 0
                ? $"{source}: none of its {builder.BadRows.Count} rows can be read. The first: {builder.BadRows[0]}"
                : $"{source}: no faces in it{(builder.Notes is [var note, ..] ? $" ({note})" : "")}. Expected {Shapes}.");
        }

        return new LoadedDataset(builder.Build(), source, builder.Sizes, builder.BadRows, builder.Notes)
        {
            Origins = builder.Origins,
            Search = builder.Search,
        };
    }

    private static FileStream OpenFile(string path)
    {
        if (!File.Exists(path))
            throw new MienException($"{path}: not found. Expected {Shapes}.");
        // The shape is told by reading the beginning twice, which a pipe can't do.
        string? wrong = OrdinaryFile.Wrong(path) ?? (new FileInfo(path).Length == 0 ? "empty file" : null);
        return wrong is null ? OrdinaryFile.Open(path) : throw new MienException($"{path}: {wrong}. Expected {Shapes}.");
    }

    private static string ReadFile(string name, Func<Stream> open, FaceTableBuilder builder, int archives = 0)
    {
        // An archive can hold itself.
        if (archives > MostArchives)
            throw new MienException($"{name}: more than {MostArchives} archives in one another. Unpack them, and pass the innermost.");
        byte[] start = new byte[4096];
        int length;
        using (Stream stream = open())
            length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        ReadOnlySpan<byte> head = start.AsSpan(0, length);
        if (File.Exists(name) && Manifest.Is(name, head))
            return ReadManifest(name, head, builder);
        if (head.StartsWith("PK\x03\x04"u8))
            return ReadZip(name, open, builder, archives);
        if (head.StartsWith("PK\x05\x06"u8))
            throw new MienException($"{name}: an empty zip archive. Expected {Shapes}.");
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]))
            return ReadFile(name, () => new GZipStream(open(), CompressionMode.Decompress), builder, archives + 1);
        if (head.Length >= 262 && head[257..].StartsWith("ustar"u8))
            return ReadTar(name, open, builder);
        if (OtherArchive(head) is { } kind)
            throw new MienException($"{name}: {kind} archive, which is not read. Unpack it, and pass the folder, or pack it anew as "
                + $".zip or .tar.gz.");
        if (head.Contains((byte)0) && TableText.Utf16(head) is null)
            throw new MienException($"{name}: neither text nor a zip or tar archive. Expected {Shapes}.");
        Stream table = open();
        Fer2013Csv.Read(table, name, table.CanSeek ? table.Length : null, SplitByName(name), builder);
        return name;
    }

    private static string? OtherArchive(ReadOnlySpan<byte> head) => head switch
    {
        [(byte)'7', (byte)'z', 0xbc, 0xaf, ..] => "a 7-Zip",
        [(byte)'R', (byte)'a', (byte)'r', (byte)'!', ..] => "a RAR",
        [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', ..] => "an xz",
        [(byte)'B', (byte)'Z', (byte)'h', ..] => "a bzip2",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "a Zstandard",
        _ => null,
    };

    private static string ReadManifest(string name, ReadOnlySpan<byte> head, FaceTableBuilder builder)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(name))!;
        var pictures = new List<LabeledPicture>();
        var firsts = new Dictionary<string, ManifestRow>(StringComparer.Ordinal);
        foreach (ManifestRow row in Manifest.Read(name, head))
        {
            string where = $"{name}, line {row.Line}";
            Split split = default;
            if (row.File is null || row.Label is null)
                builder.Bad($"{where}: no {(row.File is null ? "file" : "label")}. Expected a file and a label in each row.");
            else if (row.Split is not null && !Splits.TryParse(row.Split, out split))
                builder.Bad($"{where}: split \"{row.Split}\", expected {Splits.Known}.");
            else
            {
                if (!firsts.TryAdd(row.File, row) && !string.Equals(firsts[row.File].Label, row.Label, StringComparison.OrdinalIgnoreCase))
                    builder.Note($"{where}: {row.File} is {row.Label} here and {firsts[row.File].Label} in line "
                        + $"{firsts[row.File].Line}: keep one of both rows");
                var file = new PictureFile(row.File, () => OrdinaryFile.Open(Path.Combine(folder, row.File)));
                var origin = new FaceOrigin(row.File, row.Line, row.Group);
                pictures.Add(new LabeledPicture($"{where}: {row.File}", file, row.Label, row.Split is null ? null : split, origin,
                    Listed: true));
            }
        }

        FolderDataset.Read(pictures, builder);
        return name;
    }

    private static string ReadZip(string name, Func<Stream> open, FaceTableBuilder builder, int archives)
    {
        using Stream stream = open();
        using ZipArchive? archive = CutZip.TryOpen(stream);
        if (archive is null)
            return CutZip.Read(stream, name, SplitByName, builder);
        List<ZipMember> members = ZipMembers.Of(archive, name);
        var tables = new List<Table>();
        foreach (ZipMember member in members.Where(member => HasExtension(member.Path, ".csv")))
            tables.Add(new Table($"{name}/{member.Path}", member.Entry.Length, member.Entry.Open, HeaderOf(member.Entry.Open)));
        if (Choose(tables, builder) is { Count: > 0 } chosen)
            return ReadTables(name, chosen, builder);

        ZipMember[] pictures =
            [.. members.Where(member => FolderDataset.IsPicture(member.Path)).OrderBy(member => member.Path, StringComparer.Ordinal)];
        ZipMember[] nested = [.. members.Where(member => HasExtension(member.Path, ".tar.gz", ".tgz", ".tar", ".zip"))];
        foreach (ZipMember other in pictures.Length > 0 ? nested : nested.Skip(1))
            builder.Note($"{name}/{other.Path}: an archive in the archive, passed over for "
                + $"{(pictures.Length > 0 ? "the pictures" : nested[0].Path)}");
        if (pictures.Length == 0 && nested is [var first, ..])
        {
            // Read once into memory: shapes are told by reading twice, and zip entries can't be read backwards.
            using var copy = new MemoryStream();
            using (Stream inner = first.Entry.Open())
                inner.CopyTo(copy);
            byte[] bytes = copy.ToArray();
            return ReadFile($"{name}/{first.Path}", () => new MemoryStream(bytes), builder, archives + 1);
        }

        if (pictures.Length == 0)
            ThrowIfUnlabeled(tables);
        // A zip archive has one position: its pictures are read one after another, and decoded side by side.
        FolderDataset.Read(name, pictures.Select(member => new PictureFile(member.Path, member.Entry.Open)), builder);
        return name;
    }

    private static string ReadTar(string name, Func<Stream> open, FaceTableBuilder builder)
    {
        var tables = new List<Table>();
        using (var tar = new TarReader(open()))
        {
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.DataStream is null || !HasExtension(entry.Name, ".csv") || Path.GetFileName(entry.Name).StartsWith('.'))
                    continue;
                string member = entry.Name;
                var table = new Table($"{name}/{member}", entry.Length, () => OpenMember(open, member),
                    Fer2013Csv.ReadHeader(entry.DataStream));
                tables.Add(table);
                // The rest of a compressed archive can't be skipped for free: a complete table is good enough.
                if (table.Header.IsComplete)
                    break;
            }
        }

        if (Choose(tables, builder) is { Count: > 0 } chosen)
            return ReadTables(name, chosen, builder);

        // Encoded pictures are small (FER2013: 60 MB): all are held for the sake of the order that a folder has.
        using (var tar = new TarReader(open()))
        {
            PictureFile[] pictures = [.. Pictures(tar).OrderBy(file => file.Path, StringComparer.Ordinal)];
            if (pictures.Length == 0)
                ThrowIfUnlabeled(tables);
            FolderDataset.Read(name, pictures, builder);
        }

        return name;
    }

    private static IEnumerable<PictureFile> Pictures(TarReader tar)
    {
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            if (entry.DataStream is { } data && FolderDataset.IsPicture(entry.Name))
                yield return new PictureFile(ZipMembers.PathOf(entry.Name), () => data);
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

    private static string ReadFolder(string path, FaceTableBuilder builder)
    {
        var tree = new FolderTree(path, file => HasExtension(file, ".csv") || FolderDataset.IsPicture(file));
        foreach (string left in tree.LeftOut)
            builder.Note($"{left}; left out");
        var tables = tree.Files.Where(file => HasExtension(file, ".csv"))
            .Select(file => Path.Combine(path, file))
            .Select(file => new Table(file, Length: null, () => OpenFile(file), HeaderOf(() => OpenFile(file))))
            .ToList();
        PictureFile[] pictures = [.. tree.Files.Where(FolderDataset.IsPicture)
            .Select(file => new PictureFile(file, () => OrdinaryFile.Open(Path.Combine(path, file))))];
        if (Choose(tables, builder) is { Count: > 0 } chosen)
            return ReadTables(path, chosen, builder);
        if (pictures.Length == 0)
        {
            ThrowIfUnlabeled(tables);
            string[] passed = [.. tree.LeftOut.Take(1), .. Others(tree)];
            throw new MienException($"{path}: neither a table nor pictures in "
                + $"it{(passed.Length > 0 ? $" ({string.Join("; ", passed)})" : "")}. Expected {Shapes}.");
        }

        foreach (string empty in tree.Empty)
            builder.Note($"{Path.Combine(path, empty)}: no picture in this folder");
        foreach (string others in Others(tree))
            builder.Note($"{path}: {others}");
        FolderDataset.Read(path, pictures, builder);
        return path;
    }

    /// <summary>The files of other kinds, in words; none where there are none.</summary>
    private static IEnumerable<string> Others(FolderTree tree)
    {
        if (tree.Others.Count > 0)
        {
            IEnumerable<string> kinds = tree.Others.Select(kind => $"{(kind.Key.Length == 0 ? "without ending" : kind.Key)} "
                + $"({kind.Value})");
            yield return $"passed over, as no picture that can be read: {string.Join(", ", kinds)}";
        }
    }

    /// <summary>
    /// The tables to read: the first by name that has Usage; where none has, one for each split that the names say, as
    /// train.csv and test.csv.
    /// </summary>
    private static List<Table> Choose(List<Table> tables, FaceTableBuilder builder)
    {
        Table[] labeled = [.. tables.Where(table => table.Header.HasLabels).OrderBy(table => table.Name, StringComparer.Ordinal)];
        List<Table> chosen = labeled.FirstOrDefault(table => table.Header.IsComplete) is { } complete
            ? [complete]
            : [.. labeled.DistinctBy(table => SplitByName(table.Name)).OrderBy(table => SplitByName(table.Name))];
        foreach (Table other in tables.Where(table => chosen.Count > 0 && !chosen.Contains(table)))
        {
            Table? better = chosen.Find(table => table.Header.IsComplete || SplitByName(table.Name) == SplitByName(other.Name));
            builder.Note($"{other.Name}: passed over{(other.Header.HasLabels ? $" for {better!.Name}" : ", its rows have no labels")}");
        }

        return chosen;
    }

    private static void ThrowIfUnlabeled(List<Table> tables)
    {
        if (tables.Count > 0)
            throw new MienException($"{tables[0].Name}: no columns emotion and pixels, so its rows can't be learned from or judged. "
                + $"Expected {Shapes}.");
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
            if (name.EndsWith(extension, StringComparison.OrdinalIgnoreCase)
                && !Path.GetFileName(name).StartsWith("._", StringComparison.Ordinal))
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
