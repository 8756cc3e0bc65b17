using Mien.Imaging;

namespace Mien.Training.Datasets;

/// <summary>A picture of a data set by its path inside it, slashes forward.</summary>
internal sealed record PictureFile(string Path, Func<Stream> Open);

/// <summary>A picture with its place in the data set.</summary>
/// <param name="Name">For messages.</param>
/// <param name="File">The picture.</param>
/// <param name="Label">Its class; null where nothing names one.</param>
/// <param name="Split">Its split; null where nothing names one.</param>
/// <param name="Origin">Where it stands in the data set.</param>
/// <param name="Listed">Whether a list names it: one that can't be opened is then a damaged row, not a file to pass over.</param>
internal sealed record LabeledPicture(string Name, PictureFile File, string? Label, Split? Split, FaceOrigin Origin, bool Listed = false);

/// <summary>
/// Pictures in a tree: the folder names the label (`angry`, `happiness` … or one of the data's own), a folder above it the
/// split (`train`, `test`, `validation`); a prefix as in `PublicTest_81293.jpg` says the split more exactly.
/// </summary>
internal static class FolderDataset
{
    // Read one after another, decoded side by side; enough to keep the cores busy without holding the data set twice.
    private const int Batch = 256;

    // Photos are large, and each is searched for a while.
    private const int PhotosBatch = 16;

    public static bool IsPicture(string path) =>
        Picture.Endings.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
        && !System.IO.Path.GetFileName(path).StartsWith('.')
        && !path.Contains("__MACOSX/", StringComparison.Ordinal);

    /// <summary>Reads pictures as gray faces of the table's size, in the order given.</summary>
    /// <param name="root">The folder or archive, for messages.</param>
    /// <param name="files">The pictures.</param>
    /// <param name="builder">Receives the faces.</param>
    /// <exception cref="MienException">A folder names no label, or a picture can't be read and is not to be skipped.</exception>
    public static void Read(string root, IEnumerable<PictureFile> files, FaceTableBuilder builder) => Read(files.Select(file =>
    {
        (string? label, Split? split) = Place(file.Path);
        return new LabeledPicture($"{root}/{file.Path}", file, label, split, new FaceOrigin(file.Path, 0));
    }), builder);

    /// <inheritdoc cref="Read(string, IEnumerable{PictureFile}, FaceTableBuilder)"/>
    public static void Read(IEnumerable<LabeledPicture> pictures, FaceTableBuilder builder)
    {
        var labels = new SortedDictionary<string, (int Read, int All)>(StringComparer.OrdinalIgnoreCase);
        foreach (LabeledPicture[] batch in pictures.Chunk(builder.Cutter is null ? Batch : PhotosBatch))
        {
            (byte[]? Bytes, string? Wrong, bool Closed)[] encoded = [.. batch.Select(picture => ReadAll(picture.File))];
            var results = new Decoded[batch.Length];
            Parallel.For(0, batch.Length, i => results[i] = Decode(batch[i].Name, encoded[i].Bytes, encoded[i].Wrong, builder));
            for (int i = 0; i < batch.Length; i++)
            {
                (int read, int all) = labels.GetValueOrDefault(batch[i].Label ?? "");
                labels[batch[i].Label ?? ""] = (read + (results[i].Faces > 0 ? 1 : 0), all + 1);
                if (encoded[i].Closed && !batch[i].Listed)
                    builder.Note($"{batch[i].Name}: {encoded[i].Wrong} It is left out.");
                else if (batch[i].Label is not { } label)
                    builder.Bad($"{batch[i].Name}: no folder above it names a label. Expected train/<label>/….jpg or <label>/….jpg.");
                else if (results[i].Wrong is { } wrong)
                    builder.Bad(wrong);
                else if (results[i].Faces == 0)
                    builder.WithoutFace(batch[i].Name);
                else
                {
                    if (results[i].Faces > 1)
                        builder.SeveralFaces();
                    results[i].Gray.CopyTo(builder.Next());
                    builder.HasSplits |= batch[i].Split is not null;
                    builder.Add(label, batch[i].Split ?? Split.Training, batch[i].Origin, results[i].Width, results[i].Height);
                }
            }
        }

        foreach ((string label, (_, int all)) in labels.Where(pair => pair.Key.Length > 0 && pair.Value.Read == 0))
            builder.Note($"label {label}: none of its {all} pictures gave a face, so it is no class");
    }

    /// <summary>
    /// Reads label and split from a path such as `archive/train/happy/Training_1206.jpg`. The nearest folder that is called
    /// as an expression is the label; where none is, the folder right below the split's, or the first of all.
    /// </summary>
    internal static (string? Label, Split? Split) Place(string path)
    {
        string[] parts = path.Split('/');
        string? label = null;
        Split? split = null;
        int below = 0;
        // The nearest folder wins: `train/happy` inside a folder that is called `test` is still training data.
        for (int i = parts.Length - 2; i >= 0 && split is null; i--)
        {
            if (label is null && FacialExpressions.TryParse(parts[i], out FacialExpression known))
                label = known.Name();
            if (Splits.TryParseFolder(parts[i], out Split named))
                (split, below) = (named, i + 1);
        }

        if (Splits.TryParseFileName(parts[^1], out Split exact))
            split = exact;
        return (label ?? (below < parts.Length - 1 ? parts[below] : null), split);
    }

    /// <returns>The file's bytes, or what is wrong with it, and whether it can't even be opened or read.</returns>
    private static (byte[]? Bytes, string? Wrong, bool Closed) ReadAll(PictureFile file)
    {
        try
        {
            using Stream stream = file.Open();
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return (copy.ToArray(), null, false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, "not there.", true);
        }
        catch (InvalidDataException e)
        {
            return (null, $"the archive is damaged here, or packed in a way that is not read ({e.Message.TrimEnd('.')}).", false);
        }
        catch (IOException e) when (MachineFaults.CureOf(e) is { } cure)
        {
            // Not to be skipped as a bad row: it may be fine.
            throw new MienException($"{file.Path}: can't be read ({e.Message}). {cure}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"can't be read ({e.Message.TrimEnd('.')}).", true);
        }
    }

    private static Decoded Decode(string name, byte[]? encoded, string? wrong, FaceTableBuilder builder)
    {
        if (encoded is null)
            return new Decoded([], 0, 0, 0, $"{name}: {wrong}");
        try
        {
            if (builder.Cutter is { } cutter)
            {
                FaceCut cut = cutter.Cut(encoded, name);
                return new Decoded(cut.Gray ?? [], cut.Width, cut.Height, cut.Faces, null);
            }

            Picture picture = Picture.Load(new MemoryStream(encoded), name);
            byte[] face = new byte[builder.Area];
            Preprocessing.Resize(picture.ToGray(), picture.Width, picture.Height, (int)Math.Sqrt(builder.Area), face);
            return new Decoded(face, picture.Width, picture.Height, 1, null);
        }
        catch (MienException e)
        {
            return new Decoded([], 0, 0, 0, e.Message);
        }
    }

    private readonly record struct Decoded(byte[] Gray, int Width, int Height, int Faces, string? Wrong);
}
