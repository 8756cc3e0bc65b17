namespace Mien.Training.Export;

/// <summary>The float32 files of the models that come with Mien: training goes on from them, the packages carry the 8-bit ones alone.</summary>
internal static class FloatModels
{
    /// <summary>The file of a model that is given by its name; any other path as it is.</summary>
    /// <param name="model">A path, or one of <see cref="ExpressionClassifier.Names"/>.</param>
    /// <returns><c>models/mien-NAME.onnx</c> of the clone that the program or the working folder lies in.</returns>
    /// <exception cref="MienException">The name's file is in neither.</exception>
    public static string Find(string model)
    {
        if (!ExpressionClassifier.Names.Contains(model))
            return model;
        string file = Path.Combine("models", $"mien-{model}.onnx");
        foreach (string start in (string[])[Environment.CurrentDirectory, AppContext.BaseDirectory])
        {
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            {
                string path = Path.Combine(folder.FullName, file);
                if (File.Exists(path))
                    return path;
            }
        }

        throw new MienException($"{model}: its float32 weights, {file} of Mien's repository, are neither above {Environment.CurrentDirectory} nor above the program. The packages carry the 8-bit file, which can't be trained on: pass the path of the float32 one.");
    }
}
