using System.Runtime.CompilerServices;
using Mien.Imaging;
using Mien.Reports.Figures;
using Mien.Training.Runs;

namespace Mien.Reports.Notebooks;

/// <summary>
/// Turns a program in percent cells into a notebook: what the program shows while it runs stands below the cell whose
/// line showed it. A C# notebook without a notebook's kernel.
/// </summary>
public sealed class Notebook
{
    private readonly string _file;
    private readonly IReadOnlyList<NotebookCell> _cells;
    private readonly List<NotebookOutput>[] _outputs;

    private Notebook(string file, string program)
    {
        _file = file;
        _cells = PercentFormat.Parse(program);
        _outputs = [.. _cells.Select(_ => new List<NotebookOutput>())];
    }

    /// <summary>The folder of the program's source.</summary>
    public string Folder => Path.GetDirectoryName(_file)!;

    /// <summary>Opens the program that calls this.</summary>
    /// <param name="file">Filled in by the compiler: the calling file.</param>
    /// <exception cref="MienException">The program's source is not where it was compiled.</exception>
    public static Notebook OfThisFile([CallerFilePath] string file = "")
    {
        try
        {
            return new Notebook(file, File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{file}: can't be read ({e.Message}). A notebook is made where its program's source is: run it with "
                + "`dotnet run`.", e);
        }
    }

    /// <summary>Shows text below the cell, and on the terminal.</summary>
    /// <param name="text">One line or more.</param>
    /// <param name="line">Filled in by the compiler: the calling line.</param>
    public void Show(string text, [CallerLineNumber] int line = 0) => Add(new NotebookOutput(text.TrimEnd('\n') + "\n"), line);

    /// <summary>Shows a figure below the cell; the terminal gets its title.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="line">Filled in by the compiler: the calling line.</param>
    public void Show(Figure figure, [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(figure);
        Add(new NotebookOutput(figure.Title, figure.ToPng(), figure.ToSvg(), (int)Math.Round(figure.Width)), line);
    }

    /// <summary>Shows a picture below the cell; the terminal gets the words for it.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="words">What it shows.</param>
    /// <param name="line">Filled in by the compiler: the calling line.</param>
    public void Show(Picture picture, string words, [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(picture);
        Add(new NotebookOutput(words, picture.ToPng(), null, picture.Width), line);
    }

    /// <summary>Writes the notebook (.ipynb, nbformat 4.5) and the same as a page (.html).</summary>
    /// <param name="folder">Where to; null for beside the program.</param>
    /// <returns>The two files.</returns>
    /// <exception cref="MienException">They can't be written.</exception>
    public (string Notebook, string Page) Save(string? folder = null)
    {
        folder ??= Folder;
        string name = Path.GetFileNameWithoutExtension(_file);
        string notebook = Path.Combine(folder, name + ".ipynb");
        string page = Path.Combine(folder, name + ".html");
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MienException($"{folder}: can't be made ({e.Message}). Choose another folder.", e);
        }

        AtomicFile.WriteText(notebook, NotebookJson.Write(_cells, _outputs));
        AtomicFile.WriteText(page, NotebookPage.Write(_cells, _outputs));
        return (notebook, page);
    }

    internal static Notebook Of(string file, string program) => new(file, program);

    private void Add(NotebookOutput output, int line)
    {
        int cell = 0;
        while (cell < _cells.Count && (line < _cells[cell].FirstLine || line > _cells[cell].LastLine))
            cell++;
        if (cell == _cells.Count)
            throw new ArgumentOutOfRangeException(nameof(line), line, "No cell has that line.");
        // Lines that follow each other are one stream, as a notebook's own kernel gives them.
        if (output.Png is null && _outputs[cell] is [.., { Png: null } before])
            _outputs[cell][^1] = before with { Text = before.Text + output.Text };
        else
            _outputs[cell].Add(output);
        Console.WriteLine(output.Png is null ? output.Text.TrimEnd('\n') : $"[{output.Text}]");
    }
}
