using System.Runtime.InteropServices;
using Mien.Imaging;

namespace Mien.Detection;

/// <summary>What the two networks see of a candidate in a window fitted to it.</summary>
/// <param name="Candidate">Where they looked.</param>
/// <param name="Front">What the front network sees.</param>
/// <param name="Back">What the back network sees.</param>
internal readonly record struct LookedAt(DetectedFace Candidate, DetectedFace Front, DetectedFace Back)
{
    /// <summary>Both looks together, with the mean of the three scores. Where the looks don't agree on how the face stands, the more
    /// certain one.</summary>
    public DetectedFace Face =>
        (Turns.Agree(Front, Back) ? Suppression.Mean(Front, Back) : Front.Score >= Back.Score ? Front : Back)
        with
        { Score = (Candidate.Score + Front.Score + Back.Score) / 3 };

    /// <summary>The two looks' scores together, 0..2.</summary>
    public float Score => Front.Score + Back.Score;
}

/// <summary>
/// Looks at candidates again, by both networks, in windows turned about as the face is: the networks see upright faces
/// best, and mark the eyes of a face on its head where they would be in an upright one.
/// </summary>
internal sealed class FaceLooks(BlazeFace front, BlazeFace back)
{
    // Both networks look at a candidate in a window of so many times its size, sampled at so many points a side: less of
    // what is around the face than at 2.5 times and 128 points, at half the cost, with as many faces found (docs/experiments-log.md).
    private const float LookScale = 1.9f;
    private const int LookSize = 96;

    // Looks in one run: bounds its memory.
    private const int LooksAtOnce = 16;

    // Lowest score of what a look at a candidate sees.
    private const float LookScore = 0.3f;

    // Half of all windows show details of under so many pixels (a coat button has four holes and a rim), and little is to
    // be seen in them: they have to look the more like a face.
    private const float SmallSquare = 32;
    private const float SmallScore = 0.08f;

    // Seen more than so many degrees from upright in its window, a face is looked at again, and still again.
    private const float MostLeft = 30;
    private const int MostTimes = 2;

    // So much under the lowest score a turned face may be on the first look.
    private const float TurnedScore = 0.1f;

    // Where the two looks' scores come to less, the face may stand on its head ...
    private const float SureScore = 1.55f;

    // ... unless the front network sees so much less with the window turned round ...
    private const float LessFront = 0.1f;

    // ... and what is seen as well both ways round is no face.
    private const float SameScore = 0.05f;

    /// <summary>
    /// Candidates as both networks see them, into <see cref="FaceDetector.Scratch.Confirmed"/>; those that one of the
    /// networks does not see are dropped.
    /// </summary>
    public void Confirm(Pyramid pyramid, float minScore, FaceDetector.Scratch scratch)
    {
        List<LookedAt> seen = scratch.LookedAt;
        seen.Clear();
        scratch.Confirmed.Clear();
        Look(pyramid, CollectionsMarshal.AsSpan(scratch.Candidates), seen, scratch);
        for (int i = 0; i < seen.Count; i++)
            seen[i] = Straighten(pyramid, seen[i], minScore, scratch);
        seen.RemoveAll(looked => !IsFace(looked.Face, minScore));
        TurnRound(pyramid, minScore, scratch);
        foreach (LookedAt looked in seen)
            scratch.Confirmed.Add(looked.Face);
    }

    private static bool IsFace(in DetectedFace face, float minScore) => face.Score >= minScore
        + (face.Box.Width < SmallSquare ? SmallScore : 0);

    /// <summary>Looks again where a face is far from upright in its window; gives nothing (a score of 0) where it is not seen
    /// then.</summary>
    private LookedAt Straighten(Pyramid pyramid, LookedAt looked, float minScore, FaceDetector.Scratch scratch)
    {
        for (int times = 0; times < MostTimes; times++)
        {
            DetectedFace face = looked.Face;
            if (face.Score < minScore - TurnedScore || Turns.Between(Turns.Roll(face), Turns.OfWindow(looked.Candidate)) <= MostLeft)
                break;
            looked = Look(pyramid, face with { Score = looked.Candidate.Score }, scratch);
        }

        return looked;
    }

    /// <summary>Turns faces that stand on their heads the right way round, and drops what is seen as well both ways.</summary>
    private void TurnRound(Pyramid pyramid, float minScore, FaceDetector.Scratch scratch)
    {
        List<LookedAt> seen = scratch.LookedAt;
        Span<DetectedFace> opposite = stackalloc DetectedFace[LooksAtOnce];
        Span<DetectedFace> other = stackalloc DetectedFace[LooksAtOnce];
        Span<int> places = stackalloc int[LooksAtOnce];
        int count = 0;
        for (int i = 0; i < seen.Count; i++)
        {
            if (seen[i].Score < SureScore)
            {
                places[count] = i;
                opposite[count++] = Turns.Opposite(seen[i].Face) with { Score = seen[i].Candidate.Score };
            }

            if (count == 0 || (count < LooksAtOnce && i < seen.Count - 1))
                continue;
            Look(front, pyramid, opposite[..count], other, scratch);
            for (int j = 0; j < count; j++)
            {
                if (other[j].Score > seen[places[j]].Front.Score - LessFront)
                    seen[places[j]] = Decide(seen[places[j]], Straighten(pyramid, Look(pyramid, opposite[j], scratch), minScore, scratch));
            }

            count = 0;
        }

        seen.RemoveAll(looked => looked.Score == 0 || !Turns.Agree(looked.Front, looked.Back));
    }

    private static LookedAt Decide(LookedAt looked, LookedAt turned) =>
        turned.Score > looked.Score + SameScore ? turned : turned.Score < looked.Score - SameScore ? looked : default;

    /// <summary>What both networks see of one candidate; a score of 0 where one of them sees nothing.</summary>
    private LookedAt Look(Pyramid pyramid, DetectedFace candidate, FaceDetector.Scratch scratch)
    {
        scratch.Again.Clear();
        Look(pyramid, [candidate], scratch.Again, scratch);
        return scratch.Again.Count > 0 ? scratch.Again[0] : default;
    }

    /// <summary>What both networks see of candidates, without those that one of them does not see.</summary>
    private void Look(Pyramid pyramid, ReadOnlySpan<DetectedFace> candidates, List<LookedAt> seen, FaceDetector.Scratch scratch)
    {
        Span<DetectedFace> some = stackalloc DetectedFace[LooksAtOnce];
        Span<DetectedFace> byFront = stackalloc DetectedFace[LooksAtOnce];
        Span<DetectedFace> byBack = stackalloc DetectedFace[LooksAtOnce];
        for (; candidates.Length > 0; candidates = candidates[Math.Min(LooksAtOnce, candidates.Length)..])
        {
            int count = Math.Min(LooksAtOnce, candidates.Length);
            candidates[..count].CopyTo(some);
            Look(front, pyramid, some[..count], byFront, scratch);
            // Where the front network sees nothing, the back network need not look.
            int kept = 0;
            for (int i = 0; i < count; i++)
            {
                if (byFront[i].Score > 0)
                    (some[kept], byFront[kept++]) = (some[i], byFront[i]);
            }

            Look(back, pyramid, some[..kept], byBack, scratch);
            for (int i = 0; i < kept; i++)
            {
                if (byBack[i].Score > 0)
                    seen.Add(new LookedAt(some[i], byFront[i], byBack[i]));
            }
        }
    }

    /// <summary>What a network sees of each candidate, into <paramref name="seen"/>; a score of 0 where it sees nothing.</summary>
    private static void Look(BlazeFace network, Pyramid pyramid, ReadOnlySpan<DetectedFace> candidates, Span<DetectedFace> seen,
        FaceDetector.Scratch scratch)
    {
        if (candidates.Length == 0)
            return;
        Span<FaceCrop> squares = stackalloc FaceCrop[LooksAtOnce];
        for (int i = 0; i < candidates.Length; i++)
        {
            Box box = candidates[i].Box;
            squares[i] = new FaceCrop(box.Center, Math.Max(box.Width, box.Height) * LookScale, Turns.OfWindow(candidates[i]));
        }

        scratch.Looks.Clear();
        network.Look(pyramid, squares[..candidates.Length], LookSize, LookScore, scratch.Looks);
        for (int i = 0; i < candidates.Length; i++)
        {
            scratch.Seen.Clear();
            foreach ((int square, DetectedFace face) in scratch.Looks)
            {
                if (square == i)
                    scratch.Seen.Add(face);
            }

            Suppression.Merge(scratch.Seen, scratch.Merged);
            seen[i] = default;
            foreach (DetectedFace face in scratch.Merged)
            {
                if (face.Box.IntersectionOverUnion(candidates[i].Box) > Suppression.SameFace)
                {
                    seen[i] = face;
                    break;
                }
            }
        }
    }
}
