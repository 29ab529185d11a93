#!/bin/sh
# ./parallel.sh DIR N    Does units 0 to N-1, one a core; what is done already is left out when it is run again.
set -eu
folder=$1 units=$2
program=${COVER_STUDY:-cover-study}
for number in $(seq 0 $((units - 1))); do
  [ -s "$folder/fits/$number.json" ] || echo "$number"
done | parallel --halt soon,fail=20% "$program" fit "$folder" {} --threads 1
