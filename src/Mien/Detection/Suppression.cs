namespace Mien.Detection;

/// <summary>Weighted non-maximum suppression: candidates for one face become their mean, weighted by score (Bazarevsky et al. 2019, section
/// 3.4).</summary>
internal static class Suppression
{
    /// <summary>Intersection over union from which two boxes are of one face.</summary>
    public const float SameFace = 0.3f;

    // A box of which so much lies in another is a part of a face that looked like a face of its own at a finer scale.
    private const float InsideFace = 0.7f;

    /// <summary>One face for each group of candidates, from the most certain down.</summary>
    /// <param name="candidates">Sorted and used up.</param>
    /// <param name="merged">Emptied, then receives the faces.</param>
    public static void Merge(List<DetectedFace> candidates, List<DetectedFace> merged)
    {
        merged.Clear();
        // By place where scores are equal: the order of the candidates must not decide.
        candidates.Sort(static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score)
            : a.Box.X != b.Box.X ? a.Box.X.CompareTo(b.Box.X) : a.Box.Y.CompareTo(b.Box.Y));
        for (int first = 0; first < candidates.Count; first++)
        {
            DetectedFace best = candidates[first];
            if (best.Score == 0)
                continue;
            var mean = new WeightedMean();
            for (int i = first; i < candidates.Count; i++)
            {
                if (candidates[i].Score == 0 || (i > first && candidates[i].Box.IntersectionOverUnion(best.Box) <= SameFace))
                    continue;
                // The best decides which way the face stands.
                if (i == first || Turns.Agree(candidates[i], best))
                    mean.Add(candidates[i]);
                candidates[i] = default;
            }

            DetectedFace face = mean.Result;
            if (!IsPart(face, merged))
                merged.Add(face);
        }
    }

    /// <summary>The mean of two views of one face, weighted by score, with the higher score.</summary>
    public static DetectedFace Mean(in DetectedFace a, in DetectedFace b)
    {
        var mean = new WeightedMean();
        mean.Add(a);
        mean.Add(b);
        return mean.Result;
    }

    private static bool IsPart(in DetectedFace face, List<DetectedFace> merged)
    {
        foreach (DetectedFace other in merged)
        {
            if (other.Box.Intersection(face.Box) > InsideFace * Math.Min(other.Box.Area, face.Box.Area))
                return true;
        }

        return false;
    }

    private struct WeightedMean
    {
        private float _weight, _score, _x, _y, _width, _height;
        private FaceKeypoints _points;

        public readonly DetectedFace Result => new(
            new Box(_x / _weight, _y / _weight, _width / _weight, _height / _weight), _score,
            new FaceKeypoints(Share(_points.RightEye), Share(_points.LeftEye), Share(_points.Nose), Share(_points.Mouth),
                Share(_points.RightEar), Share(_points.LeftEar)));

        public void Add(in DetectedFace face)
        {
            float weight = face.Score;
            _weight += weight;
            _score = Math.Max(_score, weight);
            _x += weight * face.Box.X;
            _y += weight * face.Box.Y;
            _width += weight * face.Box.Width;
            _height += weight * face.Box.Height;
            FaceKeypoints more = face.Keypoints;
            _points = new FaceKeypoints(
                Plus(_points.RightEye, more.RightEye, weight), Plus(_points.LeftEye, more.LeftEye, weight),
                    Plus(_points.Nose, more.Nose, weight),
                Plus(_points.Mouth, more.Mouth, weight), Plus(_points.RightEar, more.RightEar, weight),
                    Plus(_points.LeftEar, more.LeftEar, weight));
        }

        private readonly PicturePoint Share(PicturePoint sum) => new(sum.X / _weight, sum.Y / _weight);

        private static PicturePoint Plus(PicturePoint sum, PicturePoint point, float weight) =>
            new(sum.X + weight * point.X, sum.Y + weight * point.Y);
    }
}
