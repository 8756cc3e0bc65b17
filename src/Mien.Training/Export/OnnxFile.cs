using Google.Protobuf;
using Mien.Training.Export.Onnx;

namespace Mien.Training.Export;

/// <summary>A model's file as it stands.</summary>
internal static class OnnxFile
{
    /// <param name="model">A file, the folder of its run, or one of <see cref="Mien.Models"/>.</param>
    /// <exception cref="MienException">It can't be read as a model.</exception>
    public static ModelProto Read(string model)
    {
        try
        {
            return ModelProto.Parser.ParseFrom(Mien.Models.Find(model).Read());
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new MienException($"{model}: can't be read as an ONNX model ({e.Message}). Pass a model.onnx that `mien train` "
                + "wrote.", e);
        }
    }
}
