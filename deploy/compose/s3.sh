#!/bin/sh
# The S3 door of SeaweedFS for one key. Its configuration is written here, to keep the secret out of files.
set -eu
cat >/tmp/s3.json <<END
{"identities": [{"name": "pagesight", "actions": ["Admin", "Read", "Write", "List"],
  "credentials": [{"accessKey": "pagesight", "secretKey": "$S3_SECRET"}]}]}
END
exec weed server -dir=/data -master.volumeSizeLimitMB=1024 -s3 -s3.config=/tmp/s3.json
