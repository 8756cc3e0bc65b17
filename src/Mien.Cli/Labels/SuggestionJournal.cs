using System.Text.Json;
using Mien.Cli.Commands;
using Mien.Cli.Predictions;
using Mien.Training.Datasets;

namespace Mien.Cli.Labels;

/// <summary>
/// What has been found out so far, a line a picture beside the file that will be written of it: a kill loses the picture at
/// work. In memory stays of each picture only what the order needs, some 60 bytes.
/// </summary>
internal sealed class SuggestionJournal : IDisposable
{
    private readonly string _path;
    private readonly FileStream _stream;
    private readonly List<Place> _places = [];
    private readonly DoneFiles _done = new();

    private SuggestionJournal(string path, JournalHead head, FileStream stream)
    {
        (_path, _stream) = (path, stream);
        long end = 0;
        long number = 0;
        foreach ((long lineEnd, ReadOnlyMemory<byte> line) in DoneFiles.Records(stream, quotes: false))
        {
            if (++number == 1)
                Check(line.Span, head);
            else
                Note(Read(line.Span, number), end, line.Length);
            end = lineEnd;
        }

        if (end == 0 && stream.Length > 0)
            CheckBeginning(stream);

        // A kill may have left half a line.
        stream.SetLength(end);
        stream.Position = end;
        if (end == 0)
            Append(JsonSerializer.SerializeToUtf8Bytes(head, LabelJson.Default.JournalHead));
        Before = _places.Count + LeftOut;
    }

    /// <summary>Pictures that it held when it was opened.</summary>
    public int Before { get; }

    /// <summary>Pictures that have no face or can't be read.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Those of them that can't be read.</summary>
    public int Failed { get; private set; }

    /// <summary>Pictures with a face.</summary>
    public int Count => _places.Count;

    /// <summary>Where the journal of an output file lies.</summary>
    public static string Beside(string path) => path + ".journal";

    /// <summary>Begins a journal, or goes on with one.</summary>
    /// <exception cref="MienException">
    /// It can't be written, is damaged, or is of another model or other options.
    /// </exception>
    public static SuggestionJournal Open(string path, JournalHead head)
    {
        FileStream? stream = null;
        try
        {
            // Without a buffer: what can't be written is not tried again when the file is closed.
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            return new SuggestionJournal(path, head, stream);
        }
        catch (Exception e)
        {
            stream?.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw new MienException($"{path}: can't be written ({e.Message}). Give another --out.", e);
            throw;
        }
    }

    /// <summary>Whether a picture is in it; asked once for each.</summary>
    public bool Take(string file) => _done.Take(file);

    /// <summary>Writes a picture's line and hands it to the system.</summary>
    /// <exception cref="OutputLostException">The disk is full.</exception>
    public void Write(Suggestion suggestion)
    {
        try
        {
            long begin = _stream.Position;
            byte[] line = JsonSerializer.SerializeToUtf8Bytes(suggestion, LabelJson.Default.Suggestion);
            Append(line);
            Note(suggestion, begin, line.Length);
        }
        catch (IOException e)
        {
            throw new OutputLostException($"{_path}: can't be written ({e.Message}). Make room, then --resume.", e);
        }
    }

    /// <summary>Pictures with a face, the least sure first, near-duplicates together at the place of their least sure one.</summary>
    /// <returns>Each with the number of its near-duplicates' group, from 1; 0 where it stands alone.</returns>
    public IEnumerable<(Suggestion Suggestion, int Group)> Ordered()
    {
        int[] roots = NearDuplicates.Group([.. _places.Select(place => place.Hash)]);
        int number = 0;
        foreach (int[] group in Enumerable.Range(0, roots.Length).GroupBy(i => roots[i])
            .Select(group => group.OrderBy(i => _places[i].Confidence).ThenBy(i => i).ToArray())
            .OrderBy(group => _places[group[0]].Confidence).ThenBy(group => group[0]))
        {
            number += group.Length > 1 ? 1 : 0;
            foreach (int i in group)
                yield return (At(_places[i]), group.Length > 1 ? number : 0);
        }
    }

    /// <summary>Pictures without a face to label, in their order.</summary>
    public IEnumerable<Suggestion> WithoutFace()
    {
        _stream.Position = 0;
        long number = 1;
        foreach ((_, ReadOnlyMemory<byte> line) in DoneFiles.Records(_stream, quotes: false).Skip(1))
        {
            if (Read(line.Span, ++number) is { HasFace: false } suggestion)
                yield return suggestion;
        }
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>Takes the journal away: what it held is written elsewhere.</summary>
    public void Delete()
    {
        _stream.Dispose();
        OutputFiles.Remove(_path);
    }

    private void Check(ReadOnlySpan<byte> line, JournalHead head)
    {
        JournalHead? begun = null;
        try
        {
            begun = JsonSerializer.Deserialize(line, LabelJson.Default.JournalHead);
        }
        catch (JsonException)
        {
            // Said below.
        }

        if (begun?.Labels is null || begun.Run?.Options is null)
            throw NoJournal();
        head.Run.RequireSameAs(_path, begun.Run);
        if (!begun.Labels.SequenceEqual(head.Labels))
            throw new MienException($"{_path}: begun with other labels than the model's. Pass the same model as then, or give another "
                + "--out.");
    }

    /// <summary>A file without a whole line may be the beginning of a journal; nothing else is cut.</summary>
    private void CheckBeginning(FileStream stream)
    {
        ReadOnlySpan<byte> expected = "{\"run\":"u8;
        byte[] bytes = new byte[Math.Min(stream.Length, expected.Length)];
        stream.Position = 0;
        stream.ReadExactly(bytes);
        if (!expected.StartsWith(bytes))
            throw NoJournal();
    }

    private MienException NoJournal() => new($"{_path}: no journal of this `mien label suggest`. Remove it, or give another --out.");

    private Suggestion Read(ReadOnlySpan<byte> line, long number)
    {
        Exception? cause = null;
        try
        {
            if (JsonSerializer.Deserialize(line, LabelJson.Default.Suggestion) is { IsWhole: true } suggestion)
            {
                if (suggestion.Hash is { } hash)
                    _ = PictureHash.Parse(hash);
                return suggestion;
            }
        }
        catch (Exception e) when (e is JsonException or FormatException or OverflowException or ArgumentException)
        {
            cause = e;
        }

        throw new MienException($"{_path}, line {number}: damaged. Remove that line, and --resume reads its picture again.", cause!);
    }

    private Suggestion At(Place place)
    {
        byte[] line = new byte[place.Length];
        _stream.Position = place.Begin;
        _stream.ReadExactly(line);
        return Read(line, place.Number);
    }

    private void Append(byte[] line)
    {
        _stream.Write([.. line, (byte)'\n']);
        _stream.Flush();
    }

    private void Note(Suggestion suggestion, long begin, int length)
    {
        _done.Add(suggestion.File);
        Failed += suggestion.Error is null ? 0 : 1;
        if (suggestion.HasFace)
            _places.Add(new Place(_done.Count + 1, begin, length, suggestion.Confidence, PictureHash.Parse(suggestion.Hash!)));
        else
            LeftOut++;
    }

    private readonly record struct Place(long Number, long Begin, int Length, float Confidence, PictureHash Hash);
}
