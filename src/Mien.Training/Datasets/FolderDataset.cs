using Mien.Imaging;

namespace Mien.Training.Datasets;

/// <summary>A picture of a data set by its path inside it, slashes forward.</summary>
internal sealed record PictureFile(string Path, Func<Stream> Open);

/// <summary>
/// Pictures in a tree: the folder names the label (`angry`, `happiness` …), a folder above it the split (`train`, `test`,
/// `validation`); a prefix as in `PublicTest_81293.jpg` says the split more exactly.
/// </summary>
internal static class FolderDataset
{
    // Read one after another, decoded side by side; enough to keep the cores busy without holding the data set twice.
    private const int Batch = 256;

    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif"];

    public static bool IsPicture(string path) =>
        Extensions.Any(extension => path.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
        && !System.IO.Path.GetFileName(path).StartsWith('.')
        && !path.Contains("__MACOSX/", StringComparison.Ordinal);

    /// <summary>Reads pictures as grey faces of the table's size, in the order given.</summary>
    /// <param name="root">The folder or archive, for messages.</param>
    /// <param name="files">The pictures.</param>
    /// <param name="builder">Receives the faces.</param>
    /// <exception cref="MienException">A folder names no label, or a picture can't be read and is not to be skipped.</exception>
    public static void Read(string root, IEnumerable<PictureFile> files, FaceTableBuilder builder)
    {
        foreach (PictureFile[] batch in files.Chunk(Batch))
        {
            byte[]?[] encoded = [.. batch.Select(ReadAll)];
            var results = new Decoded[batch.Length];
            Parallel.For(0, batch.Length, i => results[i] = Decode($"{root}/{batch[i].Path}", encoded[i], builder.Area));
            for (int i = 0; i < batch.Length; i++)
            {
                string name = $"{root}/{batch[i].Path}";
                if (!TryPlace(batch[i].Path, out Expression label, out Split split))
                    builder.Bad($"{name}: no folder above it names a label. Expected one of {string.Join(", ", Expressions.Names)}.");
                else if (results[i].Wrong is { } wrong)
                    builder.Bad(wrong);
                else
                {
                    results[i].Grey.CopyTo(builder.Next());
                    builder.Add(label, split, results[i].Width, results[i].Height);
                }
            }
        }
    }

    /// <summary>Reads label and split from a path such as `archive/train/happy/Training_1206.jpg`.</summary>
    internal static bool TryPlace(string path, out Expression label, out Split split)
    {
        string[] parts = path.Split('/');
        label = default;
        split = Split.Training;
        bool labelled = false;
        // The nearest folder wins: `train/happy` inside a folder that is called `test` is still training data.
        for (int i = parts.Length - 2; i >= 0; i--)
        {
            if (!labelled)
                labelled = Expressions.TryParse(parts[i], out label);
            if (Splits.TryParseFolder(parts[i], out split))
                break;
        }

        if (Splits.TryParseFileName(parts[^1], out Split exact))
            split = exact;
        return labelled;
    }

    /// <returns>The file's bytes; null where the archive is damaged there.</returns>
    private static byte[]? ReadAll(PictureFile file)
    {
        try
        {
            using Stream stream = file.Open();
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static Decoded Decode(string name, byte[]? encoded, int area)
    {
        if (encoded is null)
            return new Decoded([], 0, 0, $"{name}: the archive is damaged here.");
        try
        {
            Picture picture = Picture.Load(new MemoryStream(encoded), name);
            byte[] face = new byte[area];
            Preprocessing.Resize(picture.ToGrey(), picture.Width, picture.Height, (int)Math.Sqrt(area), face);
            return new Decoded(face, picture.Width, picture.Height, null);
        }
        catch (MienException e)
        {
            return new Decoded([], 0, 0, e.Message);
        }
    }

    private readonly record struct Decoded(byte[] Grey, int Width, int Height, string? Wrong);
}
