using System.IO.Compression;

namespace Mien.Training.Datasets;

/// <summary>The front door to data sets: recognises the shape of a path and reads labelled faces from it.</summary>
public static class DatasetReader
{
    /// <summary>Reads a whole data set into memory (FER2013: 83 MB).</summary>
    /// <param name="path">A CSV file or an archive that holds one.</param>
    /// <param name="options">How to read it; null for <see cref="DatasetOptions.Default"/>.</param>
    /// <exception cref="MienException">
    /// There is no such path, it holds no data set, or a row is bad and <see cref="DatasetOptions.SkipBadRows"/> is not set.
    /// </exception>
    public static LoadedDataset Load(string path, DatasetOptions? options = null)
    {
        options ??= DatasetOptions.Default;
        var bad = new BadRowLog(options.SkipBadRows);
        var builder = new FaceTableBuilder(options.Size);
        if (!File.Exists(path))
            throw new MienException($"{path} does not exist. Give a FER2013 table (fer2013.csv) or an archive that holds one.");
        using FileStream file = File.OpenRead(path);
        string source = Path.GetFileName(path);
        if (path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            using var zip = new ZipArchive(file, ZipArchiveMode.Read);
            ZipArchiveEntry entry = zip.Entries.FirstOrDefault(entry => entry.Name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
                ?? throw new MienException($"{path} holds no CSV file.");
            source = $"{source}/{entry.FullName}";
            Fill(entry.Open());
        }
        else
        {
            Fill(file);
        }

        return new LoadedDataset(builder.Build(), source, bad.Rows, []);

        void Fill(Stream stream)
        {
            foreach (FaceRow row in Fer2013Csv.Read(stream, source, options, bad))
                builder.Add(row);
        }
    }
}
