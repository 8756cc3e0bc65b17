using Mien.Detection;
using Mien.Imaging;

namespace Mien.Explanations;

/// <summary>A face with what its answer rests on.</summary>
/// <param name="Face">The face and its probabilities.</param>
/// <param name="Crop">[S*S] gray levels of the aligned face, as the network saw it.</param>
/// <param name="GradCam">Where the feature maps speak for the answer; null where the model can't give it.</param>
/// <param name="Occlusion">Where a gray patch costs the answer most.</param>
public sealed record FaceExplanation(Face Face, byte[] Crop, Heatmap? GradCam, Heatmap Occlusion)
{
    /// <summary>Crop, Grad-CAM and occlusion map side by side, with captions.</summary>
    public Picture Draw() => ExplanationPicture.Draw(Crop, $"{Face.Label} {Face.Confidence * 100:F0}%", GradCam, Occlusion);

    internal static FaceExplanation Of(Picture picture, Face face, ExpressionClassifier classifier, Explainer explainer)
    {
        int size = classifier.Card.Input.Size;
        byte[] crop = new byte[size * size];
        if (face.Keypoints is { } keypoints)
            FaceAligner.Align(picture, keypoints, size, crop);
        else
            Preprocessing.Resize(picture.ToGray(), picture.Width, picture.Height, size, crop);
        int answer = face.MostProbable;
        return new FaceExplanation(face, crop, explainer.HasGradCam ? explainer.GradCam(crop, answer) : null,
            explainer.Occlusion(crop, answer));
    }
}
