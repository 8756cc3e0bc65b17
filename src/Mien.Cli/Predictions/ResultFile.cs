using System.Text;
using Mien.Cli.Commands;

namespace Mien.Cli.Predictions;

/// <summary>A text file that grows while results come: each flush hands its text to the system, and a kill loses none of that.</summary>
/// <remarks>Text that can't be written is not tried again when the file is closed.</remarks>
internal sealed class ResultFile : IDisposable
{
    private readonly StringWriter _text = new() { NewLine = "\n" };
    private readonly FileStream _stream;
    private readonly string _named;
    private readonly string _cure;

    private ResultFile(FileStream stream, string named, string cure) => (_stream, _named, _cure) = (stream, named, cure);

    /// <summary>Where results are written.</summary>
    public TextWriter Text => _text;

    /// <summary>Begins a file, or goes on at the end of one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="goesOn">Whether what is in it stays.</param>
    /// <param name="named">What errors call it: the output that the user named.</param>
    /// <param name="cure">What to do where it can't be written, as a sentence.</param>
    /// <exception cref="MienException">It can't be written.</exception>
    public static ResultFile Open(string path, bool goesOn, string named, string cure)
    {
        try
        {
            // Others may read along; who else would write is kept out by RunLock.
            var stream = new FileStream(path, goesOn ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            return new ResultFile(stream, named, cure);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{named}: can't be written ({e.Message}). {cure}", e);
        }
    }

    /// <summary>Hands what was written to the system.</summary>
    /// <exception cref="OutputLostException">The disk is full, or was taken away.</exception>
    public void Flush()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(_text.ToString());
        _text.GetStringBuilder().Clear();
        try
        {
            _stream.Write(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputLostException($"{_named}: can't be written ({e.Message}). {_cure}", e);
        }
    }

    public void Dispose() => _stream.Dispose();
}
