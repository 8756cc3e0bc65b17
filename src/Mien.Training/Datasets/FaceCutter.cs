using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using Mien.Detection;
using Mien.Imaging;

namespace Mien.Training.Datasets;

/// <summary>The face that was cut out of a photo.</summary>
/// <param name="Gray">[size*size] gray levels; null where no face was found.</param>
/// <param name="Width">Of the upright photo, in pixels.</param>
/// <param name="Height">Likewise.</param>
/// <param name="Faces">How many faces it has.</param>
internal readonly record struct FaceCut(byte[]? Gray, int Width, int Height, int Faces);

/// <summary>
/// Finds, aligns and cuts out the largest face of whole photos, as <see cref="ExpressionRecognizer"/> does. Each photo is
/// searched once: what was found is kept in a folder under the content's hash. Safe to call from many threads.
/// </summary>
internal sealed class FaceCutter : IDisposable
{
    private const int HeaderBytes = 12;

    private readonly int _size;
    private readonly DetectorOptions _options;
    private readonly string _folder;
    private readonly byte[] _settings;
    private readonly Lazy<FaceDetector> _detector = new(() =>
    {
        // Photos, not parts of one, fill the cores.
        using var session = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, IntraOpNumThreads = 1 };
        return new FaceDetector(session);
    });

    private int _searched;
    private int _kept;

    /// <param name="size">Side of a face in pixels.</param>
    /// <param name="options">What counts as a face.</param>
    /// <param name="folder">Where cuts are kept; made where it is not there.</param>
    /// <exception cref="MienException">The folder can't be made.</exception>
    public FaceCutter(int size, DetectorOptions options, string folder)
    {
        (_size, _options, _folder) = (size, options, folder);
        // Detector and aligner are the library's: another build of it may find other faces.
        _settings = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{typeof(FaceDetector).Module.ModuleVersionId} {size} {options.MinScore} "
                + $"{options.MinFacePixels} {options.MinFaceShare} {options.AnyRotation}"));
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{folder}: can't be made, and found faces are kept there ({e.Message}). Pass another "
                + "--face-cache.", e);
        }
    }

    /// <summary>Photos that were searched.</summary>
    public int Searched => _searched;

    /// <summary>Photos whose face was cut out before.</summary>
    public int Kept => _kept;

    /// <summary>Where cuts are kept unless told otherwise: a folder of the user's.</summary>
    public static string DefaultFolder => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "mien", "faces");

    /// <summary>The face of an encoded photo.</summary>
    /// <exception cref="MienException">Not a picture that can be read: the message names it.</exception>
    public FaceCut Cut(byte[] encoded, string name)
    {
        string file = FileOf(encoded);
        if (Read(file) is { } kept)
        {
            Interlocked.Increment(ref _kept);
            return kept;
        }

        Picture picture = Picture.Load(new MemoryStream(encoded), name);
        IReadOnlyList<DetectedFace> faces = _detector.Value.Detect(picture, _options);
        byte[]? gray = null;
        if (faces.Count > 0)
        {
            gray = new byte[_size * _size];
            FaceAligner.Align(picture, faces.MaxBy(face => face.Box.Area).Keypoints, _size, gray);
        }

        var cut = new FaceCut(gray, picture.Width, picture.Height, faces.Count);
        Interlocked.Increment(ref _searched);
        Write(file, cut);
        return cut;
    }

    public void Dispose()
    {
        if (_detector.IsValueCreated)
            _detector.Value.Dispose();
    }

    private string FileOf(byte[] encoded)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_settings);
        hash.AppendData(encoded);
        string name = Convert.ToHexStringLower(hash.GetHashAndReset());
        return Path.Combine(_folder, name[..2], name + ".face");
    }

    private FaceCut? Read(string file)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(file);
            if (bytes.Length < HeaderBytes)
                return null;
            int faces = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
            // What a kill or a full disk cut short is found again.
            if (bytes.Length != HeaderBytes + (faces > 0 ? _size * _size : 0))
                return null;
            return new FaceCut(
                faces > 0 ? bytes[HeaderBytes..] : null, BinaryPrimitives.ReadInt32LittleEndian(bytes),
                    BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4)), faces);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Write(string file, FaceCut cut)
    {
        byte[] header = new byte[HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header, cut.Width);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), cut.Height);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), cut.Faces);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            // The same photo may be in the set twice, and two programs may run.
            string temporary = $"{file}.{Guid.NewGuid():N}.tmp";
            File.WriteAllBytes(temporary, [.. header, .. cut.Gray ?? []]);
            File.Move(temporary, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{file}: can't be written ({e.Message}). Make room, or pass another --face-cache; what was found is "
                + "kept.", e);
        }
    }
}
