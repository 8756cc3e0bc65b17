namespace Mien;

/// <summary>The models that come with Mien.</summary>
/// <remarks>
/// The default one is inside the library. As resources the others would make every build of the library several times as
/// large: packages put them beside the program.
/// </remarks>
public static class Models
{
    private const string DefaultFile = "mien-default.onnx";

    /// <summary>The share of people who would name each of eight expressions; 1.55 M parameters, in the library itself.</summary>
    public static ModelSource Default { get; } = new("default", ReadDefault);

    /// <summary>The same from a larger network of 4.32 M parameters, in the package Mien.Accurate.</summary>
    public static ModelSource Accurate { get; } = InPackage("accurate", "Mien.Accurate");

    /// <summary>FER2013's own seven labels, for comparison with published figures, in the package Mien.Fer2013.</summary>
    public static ModelSource Fer2013 { get; } = InPackage("fer2013", "Mien.Fer2013");

    /// <summary>FER2013's own seven labels from a larger network, in the package Mien.Fer2013.</summary>
    public static ModelSource Fer2013Accurate { get; } = InPackage("fer2013-accurate", "Mien.Fer2013");

    /// <summary>All of them, the default one first.</summary>
    public static IReadOnlyList<ModelSource> All { get; } = [Default, Accurate, Fer2013, Fer2013Accurate];

    /// <summary>The one of that name, for names that come from users: `default`, `accurate`, `fer2013` or `fer2013-accurate`.</summary>
    /// <returns>Null where there is none of that name.</returns>
    public static ModelSource? ByName(string name) => All.FirstOrDefault(model => model.Name == name);

    /// <summary>What a user means by a word: one of these models by its name, else a file or a run's folder.</summary>
    /// <remarks>A file of such a name is `./default`. Code says <see cref="Default"/> or <see cref="ModelSource.FromFile"/>.</remarks>
    public static ModelSource Find(string nameOrPath) => ByName(nameOrPath) ?? ModelSource.FromFile(nameOrPath);

    private static byte[] ReadDefault() => Resources.Has(DefaultFile)
        ? Resources.Read(DefaultFile)
        : throw new MienException("This build of Mien carries no model. Build it with models/mien-default.int8.onnx in place, or open a "
            + "model file.");

    private static ModelSource InPackage(string name, string package) => new(name, () =>
    {
        string path = Path.Combine(AppContext.BaseDirectory, $"mien-{name}.onnx");
        return File.Exists(path)
            ? ModelSource.FromFile(path).Read()
            : throw new MienException($"The {name} model is not here ({path}). Add its package to the program: `dotnet add package "
                + $"{package}`.");
    });
}
