namespace Mien.Reports;

/// <summary>What is built into the assembly: the page's parts.</summary>
internal static class Resources
{
    public static Stream Open(string name) => typeof(Resources).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"No resource \"{name}\".");

    /// <summary>Roboto, which the library carries for the labels in annotated pictures.</summary>
    public static Stream OpenFont() => typeof(Annotator).Assembly.GetManifestResourceStream("Roboto-Regular.ttf")
        ?? throw new InvalidOperationException("No font in the library.");

    public static string Text(string name)
    {
        using var reader = new StreamReader(Open(name));
        return reader.ReadToEnd();
    }
}
