using Mien.Imaging;

namespace Mien.Training.Datasets;

/// <summary>A picture of nobody: for each expression the average of the faces that are most like their class.</summary>
/// <remarks>Composite portraits after Galton 1878; each face weighs the same because each is normalized first.</remarks>
public static class AverageFaces
{
    /// <summary>Faces that are averaged, mirrored copies counted.</summary>
    public const int FacesAClass = 100;

    /// <summary>Side of one face in the picture, in pixels.</summary>
    public const int Side = 200;

    private const int Columns = 4;
    private const int Margin = 40;
    private const byte Ground = 128;

    // Averaging blurs; an unsharp mask of this strength and radius (in the data's pixels) gives the edges back.
    private const float Sharpening = 4f;
    private const int Radius = 1;

    // Contrast of the result: gray levels a standard deviation, round mid-gray.
    private const double Contrast = 60;

    /// <summary>Draws the averages in label order, four a row, on plain gray.</summary>
    /// <param name="table">At least one Training face of each class.</param>
    /// <exception cref="MienException">A class has no Training face.</exception>
    public static Picture Draw(FaceTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        FaceTable training = table.Select(Split.Training);
        int classes = table.LabelNames.Count;
        int rows = (classes + Columns - 1) / Columns;
        int pitch = Side + Margin;
        int width = Columns * pitch + Margin;
        int height = rows * pitch + Margin;
        byte[] canvas = new byte[width * height];
        Array.Fill(canvas, Ground);
        byte[] face = new byte[Side * Side];
        for (int label = 0; label < classes; label++)
        {
            Preprocessing.Resize(Average(training, label), table.Size, table.Size, Side, face);
            int left = Margin + label % Columns * pitch;
            int top = Margin + label / Columns * pitch;
            for (int y = 0; y < Side; y++)
                face.AsSpan(y * Side, Side).CopyTo(canvas.AsSpan((top + y) * width + left));
        }

        return Picture.FromGray(canvas, width, height);
    }

    private static byte[] Average(FaceTable training, int label)
    {
        int[] rows = [.. Enumerable.Range(0, training.Count).Where(i => training.Labels[i] == label)];
        int[] groups = NearDuplicates.Group([.. rows.Select(i => PictureHash.Of(training.Face(i), training.Size, training.Size))]);
        // Each picture once: copies of one face would make that face shine through.
        float[][] faces = [.. rows.Where((_, place) => groups[place] == place).SelectMany(i => Both(training.Face(i), training.Size))];
        if (faces.Length == 0)
            throw new MienException($"No Training face of class {training.LabelNames[label]}: there is nothing to average.");
        float[] mean = Mean(faces);
        float[] average = Mean([.. faces.OrderByDescending(face => Dot(face, mean)).Take(FacesAClass)]);
        average = Normalize(Sharpen(average, training.Size));
        return [.. average.Select(value => (byte)Math.Clamp((int)Math.Round(Ground + Contrast * value), 0, 255))];
    }

    private static float[] Sharpen(float[] face, int size)
    {
        float[] sharp = new float[face.Length];
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                float around = 0;
                for (int dy = -Radius; dy <= Radius; dy++)
                {
                    for (int dx = -Radius; dx <= Radius; dx++)
                        around += face[Math.Clamp(y + dy, 0, size - 1) * size + Math.Clamp(x + dx, 0, size - 1)];
                }

                float level = face[y * size + x];
                sharp[y * size + x] = level + Sharpening * (level - around / ((2 * Radius + 1) * (2 * Radius + 1)));
            }
        }

        return sharp;
    }

    /// <summary>A face and its mirror image, each with zero mean and unit deviation.</summary>
    private static IEnumerable<float[]> Both(ReadOnlySpan<byte> face, int size)
    {
        float[] straight = new float[face.Length];
        float[] mirrored = new float[face.Length];
        for (int i = 0; i < face.Length; i++)
        {
            straight[i] = face[i];
            mirrored[i / size * size + size - 1 - i % size] = face[i];
        }

        return [Normalize(straight), Normalize(mirrored)];
    }

    private static float[] Normalize(float[] values)
    {
        float mean = values.Average();
        double deviation = Math.Sqrt(values.Sum(value => (double)(value - mean) * (value - mean)) / values.Length);
        return deviation == 0 ? new float[values.Length] : [.. values.Select(value => (float)((value - mean) / deviation))];
    }

    private static float[] Mean(float[][] faces)
    {
        float[] mean = new float[faces[0].Length];
        foreach (float[] face in faces)
        {
            for (int i = 0; i < mean.Length; i++)
                mean[i] += face[i] / faces.Length;
        }

        return mean;
    }

    private static float Dot(float[] a, float[] b)
    {
        float sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
