// SPDX-License-Identifier: MIT

// A Pion client of WHIP and WHEP: `pion publish|watch URL TOKEN [CLIP.ivf CLIP.ogg]`.
//
// Prints one JSON object a line (see tests/interop/lib/peer.mjs) until its standard input ends, then
// ends its session by DELETE.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v3"
	"github.com/pion/webrtc/v3/pkg/media"
	"github.com/pion/webrtc/v3/pkg/media/ivfreader"
	"github.com/pion/webrtc/v3/pkg/media/oggreader"
)

var stdout sync.Mutex

func tell(what map[string]any) {
	stdout.Lock()
	defer stdout.Unlock()
	line, _ := json.Marshal(what)
	fmt.Println(string(line))
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func send(method, to, token, body string) (string, string) {
	request, err := http.NewRequest(method, to, strings.NewReader(body))
	must(err)
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/sdp")
	answer, err := http.DefaultClient.Do(request)
	must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(err)
	if answer.StatusCode/100 != 2 {
		must(fmt.Errorf("%s %s: %s %s", method, to, answer.Status, text))
	}
	return answer.Header.Get("Location"), string(text)
}

// Plays the clip over and over.
func playVideo(track *webrtc.TrackLocalStaticSample, path string) {
	for {
		file, err := os.Open(path)
		must(err)
		reader, header, err := ivfreader.NewWith(file)
		must(err)
		every := time.Duration(float64(header.TimebaseNumerator) / float64(header.TimebaseDenominator) * float64(time.Second))
		ticker := time.NewTicker(every)
		for range ticker.C {
			frame, _, err := reader.ParseNextFrame()
			if err == io.EOF {
				break
			}
			must(err)
			must(track.WriteSample(media.Sample{Data: frame, Duration: every}))
		}
		ticker.Stop()
		file.Close()
	}
}

func playAudio(track *webrtc.TrackLocalStaticSample, path string) {
	for {
		file, err := os.Open(path)
		must(err)
		reader, _, err := oggreader.NewWith(file)
		must(err)
		ticker := time.NewTicker(20 * time.Millisecond)
		for range ticker.C { // one Opus packet a page
			page, _, err := reader.ParseNextPage()
			if err == io.EOF {
				break
			}
			must(err)
			if strings.HasPrefix(string(page), "OpusTags") {
				continue
			}
			must(track.WriteSample(media.Sample{Data: page, Duration: 20 * time.Millisecond}))
		}
		ticker.Stop()
		file.Close()
	}
}

type seen struct {
	sync.Mutex
	video, audio, gaps int
	codec              string
}

// Counts whole frames: without a gap from the first packet of a partition to the marker.
func (s *seen) watch(track *webrtc.TrackRemote) {
	whole, last, begun := false, uint16(0), false
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		s.Lock()
		if track.Kind() == webrtc.RTPCodecTypeAudio {
			if len(packet.Payload) > 10 { // more than silence
				s.audio++
			}
			s.Unlock()
			continue
		}
		s.codec = track.Codec().MimeType
		if begun && packet.SequenceNumber != last+1 {
			s.gaps++
			whole = false
		}
		begun, last = true, packet.SequenceNumber
		if strings.EqualFold(s.codec, webrtc.MimeTypeVP8) {
			var vp8 codecs.VP8Packet
			if _, err := vp8.Unmarshal(packet.Payload); err == nil && vp8.S == 1 && vp8.PID == 0 {
				whole = true
			}
		} else {
			whole = true
		}
		if packet.Marker && whole {
			s.video++
			whole = strings.EqualFold(s.codec, webrtc.MimeTypeVP8)
		}
		s.Unlock()
	}
}

func (s *seen) report() {
	for range time.Tick(500 * time.Millisecond) {
		s.Lock()
		tell(map[string]any{"video": s.video, "audio": s.audio, "gaps": s.gaps, "codec": s.codec})
		s.Unlock()
	}
}

func main() {
	role, to, token := os.Args[1], os.Args[2], os.Args[3]
	peer, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	must(err)
	connected := make(chan bool, 1)
	peer.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		tell(map[string]any{"state": state.String()})
		if state == webrtc.PeerConnectionStateConnected {
			connected <- true
		}
	})
	var watched seen
	if role == "publish" {
		video, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "video", "pion")
		must(err)
		audio, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "audio", "pion")
		must(err)
		for _, track := range []webrtc.TrackLocal{audio, video} {
			sender, err := peer.AddTrack(track)
			must(err)
			go func() { // its RTCP must be read for the interceptors to work
				for buffer := make([]byte, 1500); err == nil; {
					_, _, err = sender.Read(buffer)
				}
			}()
		}
		go func() {
			<-connected
			go playAudio(audio, os.Args[5])
			playVideo(video, os.Args[4])
		}()
	} else {
		for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
			_, err := peer.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
			must(err)
		}
		peer.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { watched.watch(track) })
		go watched.report()
	}
	offer, err := peer.CreateOffer(nil)
	must(err)
	gathered := webrtc.GatheringCompletePromise(peer)
	must(peer.SetLocalDescription(offer))
	<-gathered
	location, answer := send("POST", to, token, peer.LocalDescription().SDP)
	must(peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}))
	_, _ = io.ReadAll(os.Stdin)
	base, err := url.Parse(to)
	must(err)
	where, err := base.Parse(location)
	must(err)
	send("DELETE", where.String(), token, "")
	tell(map[string]any{"deleted": true})
	must(peer.Close())
}
