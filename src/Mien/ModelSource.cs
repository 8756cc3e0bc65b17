namespace Mien;

/// <summary>Where a model is read from: a file, bytes, a stream, or one of <see cref="Models"/>.</summary>
public sealed class ModelSource
{
    // What `mien train` writes into a run's folder.
    private const string RunModel = "model.onnx";
    private const string RunConfiguration = "config.json";
    private const int MostNamed = 5;

    private readonly Func<byte[]> _read;

    internal ModelSource(string name, Func<byte[]> read)
    {
        Name = name;
        _read = read;
    }

    /// <summary>The model's name in messages: the file's path, or the name that it was given.</summary>
    public string Name { get; }

    /// <summary>A model file that `mien train` wrote. It is read when a recognizer opens it.</summary>
    /// <param name="path">The .onnx file, or the folder of a run that holds a model.onnx.</param>
    public static ModelSource FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ModelSource(path, () => ReadFile(FileOf(path)));
    }

    /// <summary>The model file that a path means: the path itself, or in the folder of a run its model.onnx.</summary>
    /// <param name="path">A file, or a run's folder.</param>
    /// <exception cref="MienException">A folder has no model.onnx: the message says how to get one, or which file in it to
    /// name.</exception>
    public static string FileOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!Directory.Exists(path))
            return path;
        string file = Path.Combine(path, RunModel);
        if (File.Exists(file))
            return file;
        if (File.Exists(Path.Combine(path, RunConfiguration)))
            throw new MienException($"{path}: this run has no {RunModel} yet; training writes it at its end. Go on with `mien train "
                + $"--resume --out {path}`.");
        try
        {
            string[] others = [.. Directory.EnumerateFiles(path, "*.onnx").Order(StringComparer.Ordinal).Take(MostNamed)];
            throw new MienException(others.Length > 0
                ? $"{path}: a folder without {RunModel}. Name a file in it: {string.Join(", ", others)}."
                : $"{path}: a folder without {RunModel}. Pass a {RunModel} that `mien train` wrote, or the folder of its run.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{path}: the folder can't be listed ({e.Message.TrimEnd('.')}). Pass a {RunModel} that `mien train` "
                + "wrote.", e);
        }
    }

    /// <summary>A model that is in memory.</summary>
    /// <param name="onnx">The .onnx file's bytes.</param>
    /// <param name="name">What to call it in messages.</param>
    public static ModelSource FromBytes(ReadOnlyMemory<byte> onnx, string name = "model")
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new ModelSource(name, onnx.ToArray);
    }

    /// <summary>A model from a stream, which is read to its end here and now.</summary>
    /// <param name="stream">The .onnx file's bytes.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="IOException">The stream can't be read.</exception>
    public static ModelSource FromStream(Stream stream, string name = "model")
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(name);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        byte[] onnx = bytes.ToArray();
        return new ModelSource(name, () => onnx);
    }

    /// <summary>Reads the .onnx file's bytes.</summary>
    /// <exception cref="MienException">The file is not found or can't be read, or the model's package is not there.</exception>
    public byte[] Read() => _read();

    /// <summary>The model's name.</summary>
    public override string ToString() => Name;

    private static byte[] ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException(
                e is FileNotFoundException or DirectoryNotFoundException
                    ? $"{path}: not found. Pass a model.onnx that `mien train` wrote."
                    : $"{path}: can't be read ({e.Message}).", e);
        }
    }
}
