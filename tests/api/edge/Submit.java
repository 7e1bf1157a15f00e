import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;

/** Submits a file twice over the JDK's HttpClient with its defaults, which offer h2c. */
public class Submit {
    public static void main(String[] args) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        Path file = Path.of(args[2]);
        byte[] bytes = java.nio.file.Files.readAllBytes(file);
        for (var body : List.of(
                BodyPublishers.ofFile(file), // with a Content-Length
                BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(bytes)))) { // in chunks
            HttpRequest request = HttpRequest.newBuilder(URI.create(args[0] + "/v1/jobs"))
                    .header("Authorization", "Bearer " + args[1])
                    .header("Content-Type", "image/png")
                    .POST(body).build();
            var answer = client.send(request, BodyHandlers.ofString());
            System.out.println(answer.statusCode() + " " + answer.body());
        }
    }
}
