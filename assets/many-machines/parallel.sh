#!/bin/sh
# ./parallel.sh DIR N    Does units 0 to N-1, one a core; run again, it does what is missing or damaged.
set -eu
folder=$1 units=$2
program=${COVER_STUDY:-cover-study}
seq 0 $((units - 1)) | parallel --halt soon,fail=20% "$program" fit "$folder" {} --threads 1
